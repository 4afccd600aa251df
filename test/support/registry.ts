import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Images } from "../lab/packages/images";
import { type Authority, newAuthority } from "./authority";
import { servingCertificate } from "./issuer";

/** What a registry was asked for, and by whom. */
interface Asked {
  line: string;
  status: number;
  user?: string;
}

/**
 * A registry with a certificate of a CA that nobody trusts, for those who log in. As far as pulling goes it is as
 * strict as the real ones: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 * With `tokens` it takes no password for an image, but a token that its own service gives for one:
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export class Registry {
  /** What it was asked for. */
  readonly asked: Asked[] = [];
  /** The CA's certificate, in PEM. */
  ca = "";
  /** Its name: address and port. */
  host = "";
  private server?: https.Server;
  private address = "";

  constructor(
    private readonly images: Images,
    public login: { username: string; password: string },
    private readonly tokens = false,
  ) {}

  /** Begins to listen on every address of this machine; `address` is the one by which it is known. */
  async start(address: string): Promise<void> {
    const server = https.createServer((request, response) => this.answer(request, response));
    this.server = server;
    this.address = address;
    await this.renew();
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    this.host = `${address}:${(server.address() as AddressInfo).port}`;
  }

  /** Another CA from now on. */
  async renew(): Promise<void> {
    const authority: Authority = await newAuthority({ name: "CN=registries" });
    const { certificate, key } = await servingCertificate(this.address, authority);
    this.ca = authority.certificate;
    this.server?.setSecureContext({ cert: certificate, key });
    this.server?.closeAllConnections();
  }

  /** Ends it, and every connection. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path } = new URL(request.url ?? "/", "https://registry");
    const [, kind = "", word = ""] = /^(Basic|Bearer) (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const { username, password } = this.login;
    const basic = kind === "Basic" && Buffer.from(word, "base64").toString() === `${username}:${password}`;
    const bearer = kind === "Bearer" && word === token;
    response.once("finish", () =>
      this.asked.push({
        line: `${request.method} ${path}`,
        status: response.statusCode,
        user: basic || bearer ? username : undefined,
      }),
    );
    if (this.tokens && path === "/token" && basic) {
      const text = JSON.stringify({ token, expires_in: 300 });
      response.writeHead(200, { "content-type": "application/json" }).end(text);
    } else if (this.tokens && path === "/token") end(response, 401);
    else if (this.tokens ? bearer : basic) this.image(path.replace(/^\/v2\//, ""), request, response);
    else end(response, 401, { "www-authenticate": this.challenge(path) });
  }

  private challenge(path: string): string {
    const scope = `repository:${/^\/v2\/(.*)\/(manifests|blobs)\//.exec(path)?.[1]}:pull`;
    const bearer = `Bearer realm="https://${this.host}/token",service="registry",scope="${scope}"`;
    return this.tokens ? bearer : 'Basic realm="registry"';
  }

  private image(path: string, { method }: IncomingMessage, response: ServerResponse): void {
    const [, name, kind, reference = ""] = /^(.*)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const digest = /^sha256:[0-9a-f]{64}$/.test(reference);
    const found = this.images.manifests.get(`${name}${digest ? "@" : ":"}${reference}`);
    if (path === "") end(response, 200);
    else if (kind === "manifests" && found) {
      const head = { "content-type": found.type, "content-length": Buffer.byteLength(found.text) };
      response.writeHead(200, head).end(method === "HEAD" ? undefined : found.text);
    } else if (kind === "blobs" && digest && existsSync(this.images.blob(reference))) {
      const file = this.images.blob(reference);
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": statSync(file).size });
      if (method === "HEAD") response.end();
      else createReadStream(file).pipe(response);
    } else end(response, 404);
  }
}

const token = "of-five-minutes";

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, "content-length": 0 }).end();
}
