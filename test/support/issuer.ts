import "reflect-metadata";
import { createPrivateKey, generateKeyPairSync, KeyObject, sign, webcrypto } from "node:crypto";
import https from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import type { Authority } from "./authority";

const keyId = "key-1";

/**
 * An OpenID Connect provider, as far as an API server has to do with one: it says where its keys are, and has signed a
 * token. https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export class Issuer {
  /** Its address, the `iss` of its tokens. */
  url = "";
  /** Its certificate, which is its own authority, in PEM. */
  certificate = "";
  private readonly keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  private server?: https.Server;

  /** Begins to listen on every address of this machine; `address` is the one by which it is known. */
  async start(address: string): Promise<void> {
    const tls = await servingCertificate(address);
    const server = https.createServer({ cert: tls.certificate, key: tls.key }, (request, response) => {
      const answer = this.answer(request.url);
      response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    this.server = server;
    this.certificate = tls.certificate;
    this.url = `https://${address}:${(server.address() as AddressInfo).port}`;
  }

  /** Ends it, and every connection. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  /** A token of ten minutes with these claims, signed by `keys`: its own, or somebody else's. */
  token(claims: object, { privateKey } = this.keys): string {
    const now = Math.floor(Date.now() / 1000);
    const text = [
      { alg: "ES256", kid: keyId },
      { iss: this.url, iat: now, exp: now + 600, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  }

  private answer(path?: string): object | undefined {
    if (path === "/.well-known/openid-configuration")
      return { issuer: this.url, jwks_uri: `${this.url}/keys`, id_token_signing_alg_values_supported: ["ES256"] };
    if (path === "/keys")
      return { keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), kid: keyId, alg: "ES256", use: "sig" }] };
    return undefined;
  }
}

/** What an HTTPS server at an address shows, signed by an authority, or by itself. */
export async function servingCertificate(
  address: string,
  authority?: Authority,
): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const issuer = authority && new x509.X509Certificate(authority.certificate);
  const signer = authority && createPrivateKey(authority.privateKey).export({ type: "pkcs8", format: "der" });
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: "CN=issuer",
      issuer: issuer?.subject ?? "CN=issuer",
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 86_400_000),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey as CryptoKey,
      signingKey: (signer
        ? await webcrypto.subtle.importKey("pkcs8", signer, algorithm, false, ["sign"])
        : keys.privateKey) as CryptoKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: address }])],
    },
    webcrypto as Crypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { certificate: certificate.toString("pem"), key };
}
