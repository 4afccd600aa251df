import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { caProblems, traditionalKey } from "../../components/pki/custom-ca";
import { signClient } from "../../components/pki/sign";
import { certificatesIn } from "../../components/values/certificates";
import { type Authority, newAuthority } from "../support/authority";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

let root: Authority;
let intermediate: Authority;

beforeAll(async () => {
  root = await newAuthority({ name: "O=Example, CN=Root", pathLength: 2 });
  intermediate = await newAuthority({ name: "O=Example, CN=Clusters", issuer: root, pathLength: 0 });
});

const messages = ({ certificate, privateKey }: Authority) =>
  caProblems(certificate, privateKey).map(({ part, message }) => `${part}: ${message}`);

describe("a custom CA is taken", () => {
  test("that is a root, and one that is an intermediate with its root", () => {
    expect(messages(root)).toEqual([]);
    expect(messages(intermediate)).toEqual([]);
  });

  test("with an RSA key, and with keys in every form that openssl writes", async () => {
    expect(messages(await newAuthority({ kind: "RSA-2048" }))).toEqual([]);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const traditional = privateKey.export({ type: "sec1", format: "pem" }).toString();
    expect(traditionalKey(pkcs8)).toBe(traditional);
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    expect(traditionalKey(parameters + traditional)).toBe(traditional);
  });

  test("and what an intermediate signs names it as issuer byte by byte, as Go's verification asks", async () => {
    const [own] = certificatesIn(intermediate.certificate);
    const { certificate } = await signClient({ ...intermediate, certificate: own }, { name: "a", group: "b" }, 60);
    expect(new X509Certificate(certificate).checkIssued(new X509Certificate(own))).toBe(true);
  });
});

describe("a custom CA is refused", () => {
  const special: [string, () => Promise<Authority>, string[]][] = [
    ["that is none", () => newAuthority({ ca: false }), ["is not a CA; expected: basicConstraints with CA:TRUE"]],
    [
      "that may not sign",
      () => newAuthority({ usages: 1 }),
      ["may not sign certificates; expected: keyUsage with keyCertSign"],
    ],
  ];
  test.each(special)("%s", async (_, made, expected) => {
    expect(messages(await made())).toEqual(expected.map((text) => `certificate: "CN=kubernetes" ${text}`));
  });

  test("that has expired, or is not valid yet", async () => {
    expect(messages(await newAuthority({ from: -9, days: -2 }))).toEqual([
      expect.stringMatching(/^certificate: "CN=kubernetes" expired on \d{4}-\d\d-\d\d$/),
    ]);
    expect(messages(await newAuthority({ from: 2 }))).toEqual([
      expect.stringMatching(/^certificate: "CN=kubernetes" is valid from \d{4}-\d\d-\d\d on only$/),
    ]);
  });

  test("whose chain is not one, or does not end with a root, or is longer than its root allows", async () => {
    const [own] = certificatesIn(intermediate.certificate);
    const stranger = await newAuthority({ name: "CN=Stranger" });
    expect(messages({ ...intermediate, certificate: own })).toEqual([
      'certificate: "CN=Clusters, O=Example" is the last and not a root; put its issuers behind it, up to and with the root',
    ]);
    expect(messages({ ...intermediate, certificate: own + stranger.certificate })).toEqual([
      'certificate: "CN=Clusters, O=Example" was not issued by "CN=Stranger", which is behind it',
    ]);
    const third = await newAuthority({ name: "CN=Third", issuer: intermediate });
    expect(messages(third)).toEqual([
      'certificate: "CN=Clusters, O=Example" allows a path length of 0; needed: 1, for so many CAs are before it',
    ]);
  });

  test("whose key is another one, none, or of a kind that kubeadm does not read", async () => {
    const { privateKey } = await newAuthority();
    expect(messages({ ...root, privateKey })).toEqual(["privateKey: does not belong to the certificate"]);
    expect(messages({ ...root, privateKey: "secret" })).toEqual([
      "privateKey: is not a private key in PEM, or one that is encrypted; expected: -----BEGIN PRIVATE KEY----- and so on",
    ]);
    const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(messages({ ...root, privateKey: ed25519 })).toEqual([
      "privateKey: is a key of type ed25519; allowed: RSA of 2048 bits or more, ECDSA on P-256, P-384 or P-521",
    ]);
  });

  test("that is no certificate at all, or the path of one", () => {
    expect(messages({ ...root, certificate: "ca" })).toEqual([
      "certificate: is not a certificate in PEM; expected: -----BEGIN CERTIFICATE----- and so on",
    ]);
    expect(messages({ certificate: "/etc/ca.crt", privateKey: "~/ca.key" })).toEqual([
      'certificate: "/etc/ca.crt" is the path of a file; expected: the certificate that is in it, -----BEGIN CERTIFICATE----- and so on',
      'privateKey: "~/ca.key" is the path of a file; expected: the key that is in it, -----BEGIN PRIVATE KEY----- and so on',
    ]);
  });
});

describe("in the configuration", () => {
  const withAuthorities = (authorities: unknown, certificates = {}) => ({
    ...labConfig,
    cluster: { ...labConfig.cluster, certificates },
    authorities,
  });

  test("all three may be one's own", () => {
    expect(problems(withAuthorities({ cluster: intermediate, etcd: root, frontProxy: root }))).toEqual([]);
  });

  test("the CA of a provider of users is a certificate, too", () => {
    const oidc = (caCertificate: string) => ({
      ...labConfig,
      cluster: {
        ...labConfig.cluster,
        security: { oidc: { issuerUrl: "https://login.example.com", clientId: "kubernetes", caCertificate } },
      },
    });
    expect(problems(oidc(`# the CA of example.com\n${intermediate.certificate}`))).toEqual([]);
    expect(only(oidc("/etc/ssl/certs/ca.pem"))).toBe(
      'cluster.security.oidc.caCertificate: "/etc/ssl/certs/ca.pem" is the path of a file; expected: the certificate that is in it, -----BEGIN CERTIFICATE----- and so on',
    );
    expect(only(oidc(root.privateKey))).toMatch(/^cluster\.security\.oidc\.caCertificate: is not a certificate in PEM/);
    const broken = root.certificate.replace(/\n.{8}/, "\n");
    expect(only(oidc(`${intermediate.certificate}${broken}`))).toMatch(/caCertificate: is not a certificate in PEM/);
  });

  test("messages name the path, and never show a key", () => {
    expect(only(withAuthorities({ etcd: { ...root, privateKey: intermediate.privateKey } }))).toBe(
      "authorities.etcd.privateKey: does not belong to the certificate",
    );
    expect(only(withAuthorities({ cluster: root.privateKey }))).toBe(
      "authorities.cluster: is of the wrong type; expected: object",
    );
    expect(only(withAuthorities({ etcd: root }, { mode: "kubeadm" }))).toBe(
      "authorities.etcd: its key would be in the state, which certificates.mode kubeadm is there to avoid; leave it out, or set the mode to pulumi",
    );
  });
});
