import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSecret, Provider, type Resource, secret, text, UNKNOWN, type Values } from "../support/provider.js";

const KEY = "tls:index/privateKey:PrivateKey";
const REQUEST = "tls:index/certRequest:CertRequest";
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const LOCALLY_SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const CA_USES = ["key_encipherment", "digital_signature", "cert_signing"];

let provider: Provider;
let key: Resource;
let ca: Resource;

const p256 = () => provider.create(KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
const caArgs = (): Values => ({
  privateKeyPem: key.state.privateKeyPem,
  subject: { commonName: "the-ca" },
  allowedUses: CA_USES,
  validityPeriodHours: 24,
  isCaCertificate: true,
});
const leafArgs = (request: Resource): Values => ({
  certRequestPem: request.state.certRequestPem,
  caCertPem: ca.state.certPem,
  caPrivateKeyPem: key.state.privateKeyPem,
  allowedUses: ["digital_signature", "client_auth"],
  validityPeriodHours: 24,
});
const cert = (resource: Resource) => new X509Certificate(text(resource.state.certPem));

/** SHA-1 of a P-256 key's point, the last 65 bytes of its encoding: RFC 5280, 4.2.1.2, method 1. */
const digest = (of: Resource) =>
  createHash("sha1")
    .update(Buffer.from(text(of.state.publicKeyPem).replace(/-----.*-----|\n/g, ""), "base64").subarray(-65))
    .digest("hex");

/** The subject's and the authority's key id, read from the encoding: OIDs 2.5.29.14 and 2.5.29.35. */
function keyIds(resource: Resource): (string | undefined)[] {
  const der = cert(resource).raw.toString("hex");
  return [/0603551d0e04160414(.{40})/, /0603551d23041830168014(.{40})/].map((id) => id.exec(der)?.[1]);
}

beforeAll(async () => {
  provider = await Provider.start("tls");
  key = await p256();
  ca = await provider.create(SELF_SIGNED, caArgs());
});
afterAll(() => provider?.stop());

describe("SelfSignedCert", () => {
  test("is a CA that verifies itself", () => {
    const x = cert(ca);
    expect(x.ca).toBe(true);
    expect(x.subject).toBe("CN=the-ca");
    expect(x.verify(x.publicKey)).toBe(true);
    expect(x.checkPrivateKey(createPrivateKey(text(key.state.privateKeyPem)))).toBe(true);
    expect(ca.id).toBe(BigInt(`0x${x.serialNumber}`).toString());
    expect(ca.state).toMatchObject({ keyAlgorithm: "ECDSA", readyForRenewal: false, earlyRenewalHours: 0 });
    expect(Date.parse(text(ca.state.validityEndTime)) - Date.parse(text(ca.state.validityStartTime))).toBe(
      24 * 3600_000,
    );
    expect(Math.abs(Date.parse(text(ca.state.validityStartTime)) - Date.now())).toBeLessThan(60_000);
    expect([isSecret(ca.state.privateKeyPem), isSecret(ca.state.certPem)]).toEqual([true, false]);
  });

  test("carries names of every kind", async () => {
    const named = await provider.create(SELF_SIGNED, {
      ...caArgs(),
      isCaCertificate: false,
      allowedUses: ["server_auth"],
      subject: { commonName: "n", organization: "kubeadm:cluster-admins", country: "DE" },
      dnsNames: ["a.example", "b.example"],
      ipAddresses: ["10.0.0.1", "fd00::1"],
      uris: ["spiffe://x/y"],
    });
    const x = cert(named);
    expect(x.ca).toBe(false);
    expect(x.subjectAltName).toBe(
      "DNS:a.example, DNS:b.example, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://x/y",
    );
    expect(x.subject.split("\n").sort()).toEqual(["C=DE", "CN=n", "O=kubeadm:cluster-admins"]);
    expect(x.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  test("the key ids are the digest of the key, on a CA always, on others on demand", async () => {
    expect(keyIds(ca)).toEqual([digest(key), undefined]);
    const plain = { ...caArgs(), isCaCertificate: false };
    expect(keyIds(await provider.create(SELF_SIGNED, plain))).toEqual([undefined, undefined]);
    const marked = { ...plain, setSubjectKeyId: true, setAuthorityKeyId: true };
    expect(keyIds(await provider.create(SELF_SIGNED, marked))).toEqual([digest(key), digest(key)]);
  });

  test("a CA needs a subject", async () => {
    const { subject: _, ...nameless } = caArgs();
    await expect(provider.create(SELF_SIGNED, nameless)).rejects.toThrow(/at least one distinguished name/i);
  });

  test("names a use that it does not know", async () => {
    await expect(provider.check(SELF_SIGNED, { ...caArgs(), allowedUses: ["cert_signing", "sign"] })).rejects.toThrow(
      "sign",
    );
  });

  test("an error about a key shows nothing of it", async () => {
    const broken = text(key.state.privateKeyPem).replace(/\n(.{8})/, "\n");
    const failure = await provider.create(SELF_SIGNED, { ...caArgs(), privateKeyPem: broken }).catch(String);
    expect(failure).toContain("tls create:");
    expect(failure).not.toContain(broken.split("\n")[1]);
  });

  test.each([
    ["a broken address", { ipAddresses: ["10.0.0.300"] }],
    ["negative hours", { validityPeriodHours: -1 }],
    ["missing uses", { allowedUses: undefined }],
  ])("%s is refused", async (_, change) => {
    const args = Object.fromEntries(Object.entries({ ...caArgs(), ...change }).filter(([, v]) => v !== undefined));
    await expect(provider.create(SELF_SIGNED, args)).rejects.toThrow();
  });
});

describe("CertRequest and LocallySignedCert", () => {
  test.each([{ algorithm: "RSA" }, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { algorithm: "ED25519" }])(
    "a leaf with a key of %j verifies under its CA",
    async (algorithm) => {
      const leafKey = await provider.create(KEY, algorithm);
      const request = await provider.create(REQUEST, {
        privateKeyPem: leafKey.state.privateKeyPem,
        subject: { commonName: "leaf" },
        dnsNames: ["leaf.example"],
        ipAddresses: ["10.0.0.2"],
      });
      expect(request.state).toMatchObject({ keyAlgorithm: algorithm.algorithm });
      expect(isSecret(request.state.privateKeyPem)).toBe(true);
      const leaf = await provider.create(LOCALLY_SIGNED, leafArgs(request));
      const x = cert(leaf);
      expect(keyIds(leaf)).toEqual([undefined, digest(key)]);
      expect(x.checkIssued(cert(ca))).toBe(true);
      expect(x.verify(cert(ca).publicKey)).toBe(true);
      expect(x.checkPrivateKey(createPrivateKey(text(leafKey.state.privateKeyPem)))).toBe(true);
      expect([x.ca, x.subject, x.subjectAltName]).toEqual([false, "CN=leaf", "DNS:leaf.example, IP Address:10.0.0.2"]);
      expect(leaf.state).toMatchObject({ caKeyAlgorithm: "ECDSA", readyForRenewal: false });
      expect([isSecret(leaf.state.caPrivateKeyPem), isSecret(leaf.state.certPem)]).toEqual([true, false]);
    },
  );

  test("a key that is not the CA's signs nothing", async () => {
    const request = await provider.create(REQUEST, { privateKeyPem: key.state.privateKeyPem });
    const other = await p256();
    const args = { ...leafArgs(request), caPrivateKeyPem: other.state.privateKeyPem };
    await expect(provider.create(LOCALLY_SIGNED, args)).rejects.toThrow("x509: provided PrivateKey doesn't match");
  });
});

describe("change and renewal", () => {
  test.each<[string, Values]>([
    ["subject", { subject: { commonName: "another" } }],
    ["allowedUses", { allowedUses: [...CA_USES, "crl_signing"] }],
    ["validityPeriodHours", { validityPeriodHours: 25 }],
    ["dnsNames", { dnsNames: ["a.example"] }],
    ["privateKeyPem", { privateKeyPem: secret("-----BEGIN EC PRIVATE KEY-----\n") }],
  ])("%s replaces", async (name, change) => {
    expect(await provider.diff(ca, caArgs())).toEqual({ changes: false, replaces: [] });
    expect((await provider.diff(ca, { ...caArgs(), ...change })).replaces).toEqual([name]);
  });

  test("earlyRenewalHours outside the window is an update, and the certificate stays", async () => {
    const args = { ...caArgs(), earlyRenewalHours: 23 };
    expect(await provider.diff(ca, args)).toEqual({ changes: true, replaces: [] });
    const planned = await provider.update(ca, args, { preview: true });
    expect(planned.state.certPem).toBe(ca.state.certPem);
    const updated = await provider.update(ca, args);
    expect(updated.state).toMatchObject({ certPem: ca.state.certPem, earlyRenewalHours: 23 });
    expect(isSecret(updated.state.privateKeyPem)).toBe(true);
  });

  test("inside the window nothing else has to change for a replacement", async () => {
    const early = { ...caArgs(), earlyRenewalHours: 24 };
    const renewable = await provider.create(SELF_SIGNED, early);
    expect((await provider.diff(renewable, early)).replaces).not.toEqual([]);
    expect((await provider.diff(ca, early)).replaces).not.toEqual([]);
    const over = { ...caArgs(), validityPeriodHours: 0 };
    expect((await provider.diff(await provider.create(SELF_SIGNED, over), over)).replaces).not.toEqual([]);
  });

  test("a leaf is renewed the same way", async () => {
    const request = await provider.create(REQUEST, { privateKeyPem: key.state.privateKeyPem });
    const leaf = await provider.create(LOCALLY_SIGNED, leafArgs(request));
    expect(await provider.diff(leaf, leafArgs(request))).toEqual({ changes: false, replaces: [] });
    expect((await provider.diff(leaf, { ...leafArgs(request), earlyRenewalHours: 24 })).replaces).not.toEqual([]);
    expect((await provider.diff(leaf, { ...leafArgs(request), caCertPem: UNKNOWN })).replaces).toEqual(["caCertPem"]);
    const uses = { ...leafArgs(request), allowedUses: UNKNOWN };
    expect((await provider.diff(leaf, uses)).replaces).toEqual(["allowedUses"]);
  });

  test("that an input became secret, or stopped being it, is no change", async () => {
    expect(await provider.diff(ca, { ...caArgs(), subject: secret({ commonName: "the-ca" }) })).toEqual({
      changes: false,
      replaces: [],
    });
    expect(await provider.diff(ca, { ...caArgs(), privateKeyPem: text(key.state.privateKeyPem) })).toEqual({
      changes: false,
      replaces: [],
    });
  });
});

describe("preview", () => {
  test("makes nothing and takes unknown inputs everywhere", async () => {
    const preview = { preview: true };
    expect((await provider.create(KEY, { algorithm: "ED25519" }, preview)).state.publicKeyPem).toBe(UNKNOWN);
    expect((await provider.create(KEY, { algorithm: UNKNOWN, rsaBits: UNKNOWN }, preview)).state.publicKeyPem).toBe(
      UNKNOWN,
    );
    const request = { privateKeyPem: secret(UNKNOWN), subject: { commonName: UNKNOWN }, ipAddresses: [UNKNOWN] };
    expect((await provider.create(REQUEST, request, preview)).state.certRequestPem).toBe(UNKNOWN);
    const terms = { allowedUses: [UNKNOWN], validityPeriodHours: UNKNOWN, isCaCertificate: UNKNOWN };
    expect((await provider.create(SELF_SIGNED, { ...request, ...terms }, preview)).state.certPem).toBe(UNKNOWN);
    const leaf = { ...terms, certRequestPem: UNKNOWN, caCertPem: UNKNOWN, caPrivateKeyPem: secret(UNKNOWN) };
    expect((await provider.create(LOCALLY_SIGNED, { ...leaf, allowedUses: UNKNOWN }, preview)).state.certPem).toBe(
      UNKNOWN,
    );
  });

  test("with all inputs known the outputs are still unknown", async () => {
    const planned = await provider.create(SELF_SIGNED, caArgs(), { preview: true });
    expect(planned.state).toMatchObject({ certPem: UNKNOWN, validityEndTime: UNKNOWN });
  });
});

describe("stricter than the vendor's plugin", () => {
  test("maxPathLength 0 is refused, where the original issues a CA without a limit", async () => {
    await expect(provider.check(SELF_SIGNED, { ...caArgs(), maxPathLength: 0 })).rejects.toThrow("maxPathLength");
  });

  test("a certificate that is no CA signs nothing", async () => {
    const request = await provider.create(REQUEST, { privateKeyPem: key.state.privateKeyPem });
    const leaf = await provider.create(SELF_SIGNED, { ...caArgs(), isCaCertificate: false });
    await expect(
      provider.create(LOCALLY_SIGNED, { ...leafArgs(request), caCertPem: leaf.state.certPem }),
    ).rejects.toThrow("caCertPem is not the certificate of a CA");
  });

  test("write-only keys, other functions and imports are refused by name", async () => {
    await expect(provider.check(SELF_SIGNED, { ...caArgs(), privateKeyPemWo: "x" })).rejects.toThrow(
      "the lab's double does not serve privateKeyPemWo",
    );
    await expect(provider.invoke("tls:index/getPublicKey:getPublicKey", {})).rejects.toThrow(
      "the lab's double does not serve tls:index/getPublicKey:getPublicKey",
    );
    await expect(provider.read(KEY, "id")).rejects.toThrow("does not serve import of tls:index/privateKey:PrivateKey");
  });
});
