import { beforeAll, expect, test } from "vitest";
import { Pki } from "../../components";
import { newAuthority } from "../support/authority";
import { type Registration, recordProgram, resolved } from "../support/graph";

let graph: Registration[];
let values: Record<string, { value: unknown; secret: boolean }>;

beforeAll(async () => {
  graph = await recordProgram(
    async () => {
      const pki = new Pki("ca", { endpoint: "api.example.com:6443", validityDays: 90 });
      const { caCertificate, trusted, caKey, files, kubeconfig } = pki;
      const outputs = { caCertificate, trusted, caKey, files, kubeconfig };
      const entries = Object.entries(outputs).map(async ([key, output]) => [key, await resolved<unknown>(output)]);
      values = Object.fromEntries(await Promise.all(entries));
    },
    { config: {} },
  );
});

test("a PKI alone asks for no machine and no cluster", () => {
  expect([...new Set(graph.map((r) => r.type))].sort()).toEqual([
    "kubeadm-ha:index:Pki",
    "tls:index/certRequest:CertRequest",
    "tls:index/locallySignedCert:LocallySignedCert",
    "tls:index/privateKey:PrivateKey",
    "tls:index/selfSignedCert:SelfSignedCert",
  ]);
  expect(graph.find((r) => r.name === "ca-admin" && r.type.includes("LocallySigned"))?.inputs).toMatchObject({
    validityPeriodHours: 90 * 24,
  });
});

test("it gives the files that kubeadm takes, and a kubeconfig that is called after it; keys are secrets", () => {
  expect(Object.keys(values.files.value as object).sort()).toEqual([
    "ca.crt",
    "ca.key",
    "etcd/ca.crt",
    "etcd/ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "sa.key",
    "sa.pub",
  ]);
  expect(values.kubeconfig.value).toContain("server: https://api.example.com:6443");
  expect(values.kubeconfig.value).toContain("current-context: kubeadm-ha-admin@ca\n");
  expect(Object.entries(values).filter(([, { secret }]) => secret)).toHaveLength(3);
  expect(values.caCertificate.secret || values.trusted.secret).toBe(false);
});

test("what it cannot be made with is refused, all at once", async () => {
  const root = await newAuthority({ ca: false });
  const make = () =>
    new Pki("ca", {
      endpoint: "api.example.com",
      validityDays: 0,
      authorities: { etcd: { ...root, privateKey: "secret" } },
    });
  expect(make).toThrow(
    [
      'Pki "ca" has 4 problems; nothing of it was made:',
      '  authorities.etcd.certificate: "CN=kubernetes" is not a CA; expected: basicConstraints with CA:TRUE',
      "  authorities.etcd.privateKey: is not a private key in PEM, or one that is encrypted; expected: " +
        "-----BEGIN PRIVATE KEY----- and so on",
      '  endpoint: "api.example.com" is not of the form host:port; example: api.example.com:6443',
      "  validityDays: 0 is not a valid number of days; allowed: 1 to 36500",
    ].join("\n"),
  );
});
