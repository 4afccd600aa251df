import { spawn } from "node:child_process";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import ssh2, { type Connection } from "ssh2";
import type { Values } from "../support/provider.js";
import { newSshKey } from "../support/ssh-key.js";

/**
 * An SSH server on loopback that runs commands on this machine, and behaves as stock sshd does where it matters:
 * it takes root with one key, LANG and LC_* of the environment, and closes nothing that the command holds open.
 */
export class Sshd {
  private readonly server: Server;
  private readonly hostKey = newSshKey();
  private readonly userKey = newSshKey();
  private readonly open = new Set<Connection>();

  /** How many connections were made, what was run, and where to it forwarded, since the start. */
  connections = 0;
  readonly commands: string[] = [];
  readonly forwarded: string[] = [];

  private constructor() {
    const user = ssh2.utils.parseKey(this.userKey.public);
    if (user instanceof Error) throw user;
    const protocol = new ssh2.Server({ hostKeys: [this.hostKey.private] }, (client) => {
      this.connections++;
      this.open.add(client);
      client.on("close", () => this.open.delete(client));
      // A client that drops the connection half way is part of the tests, not an error of the server.
      client.on("error", () => client.end());
      client.on("authentication", (ctx) => {
        const known = ctx.method === "publickey" && ctx.username === "root" && ctx.key.data.equals(user.getPublicSSH());
        if (known) ctx.accept();
        else ctx.reject(["publickey"]);
      });
      client.on("session", (accept) => this.session(accept()));
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const socket = connect(destPort, destIP, () => {
          this.forwarded.push(`${destIP}:${destPort}`);
          const channel = accept();
          socket.pipe(channel).pipe(socket);
          channel.on("error", () => socket.destroy());
        });
        socket.once("error", () => reject());
      });
    });
    // Nagle's algorithm and delayed acknowledgements would hold up every handshake several times for 40 ms.
    this.server = createServer({ noDelay: true }, (socket) => protocol.injectSocket(socket));
  }

  static async start(): Promise<Sshd> {
    const sshd = new Sshd();
    await new Promise<void>((resolve) => sshd.server.listen(0, "127.0.0.1", resolve));
    return sshd;
  }

  async stop(): Promise<void> {
    for (const client of this.open) client.end();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A connection that works, with few and quick attempts. */
  get connection(): Values {
    return {
      host: "127.0.0.1",
      port: (this.server.address() as AddressInfo).port,
      privateKey: this.userKey.private,
      hostKey: this.hostKey.public,
      dialErrorLimit: 2,
    };
  }

  /** How many connections are open. */
  get live(): number {
    return this.open.size;
  }

  /** The key that the connection must never show. */
  get privateKey(): string {
    return this.userKey.private;
  }

  private session(session: ssh2.Session): void {
    const env: NodeJS.ProcessEnv = { PATH: process.env.PATH };
    session.on("env", (accept, reject, { key, val }) => {
      if (!/^(LANG$|LC_)/.test(key)) return reject?.();
      env[key] = val;
      accept?.();
    });
    session.on("exec", (accept, _reject, { command }) => {
      this.commands.push(command);
      const channel = accept();
      const child = spawn("/bin/sh", ["-c", command], { env });
      // A command may end without reading all of its input.
      child.stdin.on("error", () => {});
      channel.pipe(child.stdin);
      child.stdout.pipe(channel, { end: false });
      child.stderr.pipe(channel.stderr, { end: false });
      child.on("close", (code, signal) => {
        if (signal) channel.exit(signal.replace("SIG", ""));
        else channel.exit(code ?? 0);
        // sshd closes as soon as the command is gone, whether the client is through with stdin or not.
        channel.end(() => channel.close());
      });
    });
  }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
