import { randomBytes } from "node:crypto";
import tls from "node:tls";
import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { auditLines, flagsOf, nobody, privilegedPod } from "./hardening";

/** What docs/security.md promises of a cluster that nobody has configured in this. */
export function isSecure(lab: Lab): void {
  test("a Secret is ciphertext in etcd, and other objects are not", async () => {
    const password = randomBytes(16).toString("hex");
    await lab.kubectl(["create", "configmap", "plain", `--from-literal=password=${password}`]);
    await lab.kubectl(["create", "-f", "-"], {
      input: JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "sealed" },
        stringData: { password },
      }),
    });
    expect(await stored(lab, "configmaps/default/plain")).toContain(password);
    const secret = await stored(lab, "secrets/default/sealed");
    expect(secret).toMatch(/^k8s:enc:secretbox:v1:key-1:/);
    expect(secret).not.toContain(password);
    const { data } = await lab.get("secret", "sealed");
    expect(Buffer.from(data.password, "base64").toString()).toBe(password);
  });

  test("who did what is in the audit log, for root alone, and without what was in it", async () => {
    const lines = await auditLines(lab, "sealed");
    const made = lines.find(({ verb }: Any) => verb === "create");
    expect(made).toMatchObject({
      level: "Metadata",
      user: { username: "kubeadm-ha-admin" },
      objectRef: { resource: "secrets", namespace: "default", name: "sealed" },
      responseStatus: { code: 201 },
    });
    expect(made).not.toHaveProperty("requestObject");
    expect(lines.some(({ verb }: Any) => verb === "get")).toBe(true);
    for (const machine of lab.controlPlanes)
      expect(await flagsOf(lab, machine)).toMatch(
        /--audit-log-maxage=30\n--audit-log-maxbackup=10\n--audit-log-maxsize=100\n/,
      );
  });

  test("what is for root alone is for root alone", async () => {
    const modes = {
      "/etc/kubernetes/security": "700",
      "/etc/kubernetes/security/encryption.yaml": "600",
      "/etc/systemd/system/kubelet.service": "600",
      "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf": "600",
      "/var/lib/etcd": "700",
      "/var/lib/kubelet/config.yaml": "600",
      "/var/log/kubernetes/audit": "700",
      "/var/log/kubernetes/audit/audit.log": "600",
    };
    const expected = Object.entries(modes).map(([path, mode]) => `${mode} root ${path}\n`);
    for (const machine of lab.controlPlanes)
      expect(await lab.on(machine, `stat -c '%a %U %n' ${Object.keys(modes).join(" ")}`), machine).toBe(
        expected.join(""),
      );
  });

  test("nobody without a name is told more than that the API is well", async () => {
    const paths = ["/livez", "/readyz", "/healthz", "/version", "/api", "/readyz/etcd", "/openid/v1/jwks"];
    const answers = await Promise.all(paths.map(async (path) => [path, await lab.request(path, 5_000, nobody)]));
    expect(Object.fromEntries(answers)).toEqual({
      "/livez": 200,
      "/readyz": 200,
      "/healthz": 200,
      "/version": 401,
      "/api": 401,
      "/readyz/etcd": 401,
      "/openid/v1/jwks": 401,
    });
  });

  test("no server speaks TLS 1.1, nor 1.2 without authenticated encryption", async () => {
    await speak(lab, Object.values(handshakes));
  });

  test("a privileged pod is allowed, with a warning and a mark in the audit log; in kube-system without", async () => {
    const elsewhere = await privilegedPod(lab, "default");
    expect(elsewhere.output).toContain('Warning: would violate PodSecurity "baseline:latest": privileged');
    expect(elsewhere.status).toBe(0);
    const [line] = await auditLines(lab, "dryRun=All", "privileged");
    expect(line.annotations).toHaveProperty(["pod-security.kubernetes.io/audit-violations"]);
    const system = await privilegedPod(lab, "kube-system");
    expect(system.output).not.toContain("violate");
    expect(system.status).toBe(0);
  });

  test("API servers know every kubelet by a certificate of the cluster", async () => {
    const authority = await lab.on("cp-1", "cat /etc/kubernetes/pki/ca.crt");
    for (const { name, address } of lab.configured.controlPlanes) {
      const subject = await subjectOf(address, 10250, authority);
      expect(subject).toEqual({ O: "system:nodes", CN: `system:node:${name}` });
      expect(await flagsOf(lab, name)).toContain("--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt\n");
    }
    // By way of the kubelet of each node.
    const { items } = await lab.get("pods", "-n=kube-system", "-l=k8s-app=kube-proxy");
    expect(items).toHaveLength(lab.controlPlanes.length + lab.workers.length);
    for (const { metadata } of items)
      expect(await lab.kubectl(["-n=kube-system", "logs", metadata.name, "--tail=1"])).not.toBe("");
  });

  test("a kubelet gets a certificate for itself, and for nobody else", async () => {
    const [, own, other] = lab.configured.controlPlanes;
    const asked = {
      "of-itself": `IP:${own.address}, DNS:${own.name}`,
      "of-another-address": `IP:${other.address}, DNS:${own.name}`,
      "of-another-name": `IP:${own.address}, DNS:${other.name}`,
    };
    for (const [name, names] of Object.entries(asked)) await askAsKubelet(lab, own.name, name, names);
    await poll("the request of a node for itself to be granted", 90, async () => {
      const { status } = await lab.get("csr", "of-itself");
      expect(status.certificate).toBeDefined();
    });
    const journal = "journalctl --unit=kubeadm-ha-approve --output=cat";
    for (const machine of lab.controlPlanes)
      await poll(`the others to be judged on ${machine}`, 90, async () => {
        const told = await lab.on(machine, journal);
        expect(told).toContain(`of-another-address stays pending: ${other.address} is not an address of ${own.name}`);
        expect(told).toContain(`of-another-name stays pending: 'DNS:${other.name}' is not a name of ${own.name}`);
      });
    for (const name of ["of-another-address", "of-another-name"])
      expect((await lab.get("csr", name)).status, name).toEqual({});
  });
}

/** What etcd has of an object. */
async function stored(lab: Lab, path: string): Promise<string> {
  const { kvs } = await lab.etcd("cp-1", "get", `/registry/${path}`);
  return Buffer.from(kvs[0].value, "base64").toString("latin1");
}

/** The servers of a control plane, by port. */
const servers = { kubernetes: 6443, etcd: 2379, peers: 2380, kubelet: 10250, manager: 10257, scheduler: 10259 };

/** What openssl is to insist on, and what comes of it. */
const handshakes = {
  "-tls1_1 -cipher DEFAULT@SECLEVEL=0": "protocol version",
  // What servers written in Go would accept.
  "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA": "handshake failure",
  "-tls1_2": "TLSv1.2",
  "-tls1_3": "TLSv1.3",
};

/** Holds when this is what comes of the handshakes, with every server. */
export async function speak(lab: Lab, outcomes: string[]): Promise<void> {
  for (const [server, port] of Object.entries(servers)) expect(await greet(lab, port), server).toEqual(outcomes);
}

/** The protocol versions that a server of cp-1 agrees on with openssl, or why it refuses. */
async function greet(lab: Lab, port: number): Promise<string[]> {
  const attempts = Object.keys(handshakes).map(
    (flags) =>
      `openssl s_client -brief -connect "$server" -cert $pki.crt -key $pki.key ${flags} </dev/null 2>&1 | grep -m 1 -E 'Protocol version|alert'`,
  );
  const told = await lab.on(
    "cp-1",
    `pki=/etc/kubernetes/pki/etcd/healthcheck-client
    server=$(ss -Hltn "sport = :${port}" | awk '{ sub(/\\*/, "127.0.0.1", $4); print $4; exit }')
    ${attempts.join(" || true\n")} || true`,
  );
  return told
    .trim()
    .split("\n")
    .map((line) => /(?:Protocol version: |alert )([^:]+)/.exec(line)?.[1] ?? line);
}

/** Whom the certificate is for that a server shows; fails unless `ca` has signed it, and for that address. */
function subjectOf(host: string, port: number, ca: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port, ca, timeout: 5_000 }, () => {
      resolve({ ...socket.getPeerCertificate().subject });
      socket.destroy();
    });
    socket.once("error", reject).once("timeout", () => socket.destroy(new Error(`${host}:${port} is silent`)));
  });
}

/** Requests a serving certificate with a kubelet's own credentials, as who took over the machine would. */
async function askAsKubelet(lab: Lab, machine: string, name: string, names: string): Promise<void> {
  const request = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
    -subj /O=system:nodes/CN=system:node:${machine} -addext 'subjectAltName = ${names}' 2>/dev/null`;
  const object = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: {
      signerName: "kubernetes.io/kubelet-serving",
      usages: ["digital signature", "server auth"],
      request: Buffer.from(await lab.on(machine, request)).toString("base64"),
    },
  };
  await lab.on(machine, "kubectl --kubeconfig /etc/kubernetes/kubelet.conf create -f -", {
    input: JSON.stringify(object),
  });
}
