import { connect } from "node:net";
import type { Lab } from "./lab";
import { pause } from "./process";

/** What a client saw that asked ten times a second. */
export interface Answers {
  /** How often it asked. */
  asked: number;
  /** What it got instead of an answer, one text a request. */
  failures: string[];
  /** The longest time in which no request began that got an answer, in seconds. */
  gap: number;
}

/**
 * Asks the API through the load balancer, on a connection of its own each time, from before something is done until 5 s
 * after. An answer that takes longer than `patience`, in milliseconds, is none.
 */
export async function askMeanwhile(
  lab: Lab,
  cause: () => Promise<unknown>,
  { patience = 1_000 } = {},
): Promise<Answers> {
  const answers = [Date.now()];
  const failures: string[] = [];
  const asked: Promise<unknown>[] = [];
  let over = false;
  const asking = (async () => {
    while (!over) {
      const begun = Date.now();
      const ask = lab.request("/api/v1/namespaces/kube-system", patience).then((status) => {
        if (status !== 200) throw new Error(`status ${status}`);
        answers.push(begun);
      });
      asked.push(ask.catch((error) => failures.push(`${new Date(begun).toISOString()} ${error}`)));
      await pause(100);
    }
  })();
  try {
    await pause(1_000);
    await cause();
    await pause(5_000);
  } finally {
    over = true;
  }
  await asking;
  const ended = Date.now();
  await Promise.all(asked);
  const times = [...answers, ended].sort((a, b) => a - b);
  return {
    asked: asked.length,
    failures,
    gap: Math.max(...times.slice(1).map((time, i) => time - times[i])) / 1000,
  };
}

/**
 * While something is done, the most of these addresses that refuse connections at one time; a slow answer is no
 * refusal.
 */
export async function mostRefused(addresses: string[], port: number, cause: () => Promise<unknown>): Promise<number> {
  let over = false;
  let most = 0;
  const asking = (async () => {
    while (!over) {
      const refused = await Promise.all(addresses.map((host) => refuses(host, port)));
      most = Math.max(most, refused.filter(Boolean).length);
      await pause(200);
    }
  })();
  try {
    await cause();
  } finally {
    over = true;
  }
  await asking;
  return most;
}

function refuses(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    const end = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket
      .once("connect", () => end(false))
      .once("timeout", () => end(false))
      .once("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
  });
}
