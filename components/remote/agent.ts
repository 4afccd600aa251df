import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import type { Problem } from "../values/problems";

/** Agents that have answered: each costs the start of a program. */
const answered = new Set<string>();

/**
 * An agent for SSH that is named and is not there. The provider of Commands dials it before each connection, whatever
 * keys it was given, so no step would reach its machine. What is in `environment` is what the provider is started with.
 */
export function agentProblems(environment: NodeJS.ProcessEnv = process.env): Problem[] {
  const { SSH_AUTH_SOCK: socket = "" } = environment;
  // On Windows it is the name of a pipe.
  if (socket === "" || answered.has(socket) || process.platform === "win32") return [];
  const failure = failureOf(socket);
  if (failure === undefined) {
    answered.add(socket);
    return [];
  }
  return [
    {
      path: "SSH_AUTH_SOCK",
      message:
        `"${socket}" ${failure}, and Pulumi's command provider connects to that agent before it does to a machine, ` +
        "although none is needed; unset SSH_AUTH_SOCK, or start the agent again",
    },
  ];
}

function failureOf(socket: string): string | undefined {
  try {
    if (!statSync(socket).isSocket()) return "is not a socket";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "does not exist" : `cannot be reached (${code})`;
  }
  // A component is made at once, and Node connects to nothing at once: another process does.
  const script =
    'require("node:net").connect(process.argv[1]).on("connect", () => process.exit()).on("error", ({ code }) => ' +
    "{ console.log(code); process.exit(1); })";
  const { stdout } = spawnSync(process.execPath, ["-e", script, socket], { encoding: "utf8", timeout: 5_000, env: {} });
  const [code] = /^E[A-Z]+/.exec(stdout ?? "") ?? [];
  return code && `does not answer (${code})`;
}
