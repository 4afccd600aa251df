import { createReadStream, existsSync, statSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import type { Images } from "./images";

/**
 * A proxy, as a company has one: by it alone machines reach `http://packages.test`, a name that nobody else resolves,
 * and the rest of the world. And a mirror of registries beside it.
 */
export class Mirror {
  /** What was asked for, as `METHOD URL`. */
  readonly requests: string[] = [];
  private readonly server: http.Server;

  constructor(
    private readonly root: string,
    private readonly images: Images,
  ) {
    this.server = http.createServer((request, response) => this.answer(request, response));
  }

  /** Begins to listen, on every address of this machine; gives the port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "0.0.0.0", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends it, and every connection. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? "/", "http://mirror");
    if (url.hostname === "packages.test") this.file(url, response);
    else if (url.pathname.startsWith("/v2/")) this.image(url.pathname.slice(4), response);
    else if (url.hostname !== "mirror") forward(url, request, response);
    else end(response, 404);
  }

  private file({ pathname }: URL, response: ServerResponse): void {
    const path = join(this.root, normalize(decodeURIComponent(pathname)));
    if (existsSync(path) && statSync(path).isFile()) send(path, response);
    else end(response, 404);
  }

  /** https://github.com/opencontainers/distribution-spec, as far as it is about pulling. */
  private image(path: string, response: ServerResponse): void {
    const [, name, kind, reference] = /^(.*)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const found = this.images.manifests.get(`${name}${reference?.startsWith("sha256:") ? "@" : ":"}${reference}`);
    if (kind === "manifests" && found)
      response
        .writeHead(200, { "content-type": found.type, "content-length": Buffer.byteLength(found.text) })
        .end(found.text);
    else if (kind === "blobs" && existsSync(this.images.blob(reference))) send(this.images.blob(reference), response);
    else end(response, path === "" ? 200 : 404);
  }
}

function send(path: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": statSync(path).size });
  createReadStream(path).pipe(response);
}

function forward(url: URL, { method, headers }: IncomingMessage, response: ServerResponse): void {
  const onward = http.request(url, { method, headers, timeout: 60_000 }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("timeout", () => onward.destroy(new Error("no answer")));
  onward.on("error", () => (response.headersSent ? response.destroy() : end(response, 502)));
  onward.end();
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 0 }).end();
}
