import { createServer, type Server } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { newSshKey } from "./ssh-key";

/** A machine as a configuration names it. */
export interface YesMachine {
  name: string;
  address: string;
  privateAddress: string;
  port: number;
  hostKey: string;
}

/**
 * SSH servers on loopback, an address each, which take any key, read what they are to run, run nothing, and say that it
 * went well. Doubles of machines for tests of what is planned: they prove nothing of what a step does.
 */
export class YesMachines {
  /** The scripts of the steps that they were told to run, in order. */
  readonly scripts: string[] = [];
  /** The public keys that clients had, as in authorized_keys. */
  readonly logins = new Set<string>();
  private readonly key = newSshKey();
  private readonly servers: Server[] = [];
  private readonly protocol = new ssh2.Server({ hostKeys: [this.key.private] }, (client) => this.welcome(client));

  /** One more machine. Its other address is what the cluster knows it by, and leads nowhere. */
  async start(name: string, number: number): Promise<YesMachine> {
    const address = `127.0.1.${number}`;
    // Nagle's algorithm and delayed acknowledgements would hold up every handshake several times for 40 ms.
    const server = createServer({ noDelay: true }, (socket) => this.protocol.injectSocket(socket));
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, address, resolve));
    const at = server.address();
    if (at === null || typeof at === "string") throw new Error(`${name} does not listen at a port`);
    return { name, address, privateAddress: `10.0.0.${number}`, port: at.port, hostKey: this.key.public };
  }

  /** What was before does not count. */
  forget(): void {
    this.scripts.length = 0;
    this.logins.clear();
  }

  stop(): void {
    for (const server of this.servers) server.close();
  }

  private welcome(client: Connection): void {
    client.on("error", () => client.end());
    client.on("authentication", (ctx) => {
      if (ctx.method !== "publickey") return ctx.reject(["publickey"]);
      this.logins.add(`${ctx.key.algo} ${ctx.key.data.toString("base64")}`);
      ctx.accept();
    });
    client.on("session", (accept) => {
      accept().on("exec", (accept, _reject, { command }) => {
        this.scripts.push(command.split(" # ")[1]?.split(" ")[0] ?? command);
        const channel = accept();
        // A client whose input is not read to its end takes that for a failure.
        channel.on("end", () => {
          channel.exit(0);
          channel.end();
        });
        channel.resume();
      });
    });
  }
}
