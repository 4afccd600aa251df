import { X509Certificate } from "node:crypto";
import https from "node:https";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { signClient } from "../../../components/pki/sign";
import { type Authority, newAuthority } from "../../support/authority";
import type { Lab } from "../../support/lab";

/** What somebody brings whose authorities are all of one root. */
export interface Brought {
  cluster: Authority;
  etcd: Authority;
  frontProxy: Authority;
}

/** Three intermediates, each with its root behind it. */
export async function intermediates(): Promise<Brought> {
  const issuer = await newAuthority({ name: "O=Example, CN=Root", days: 3650 });
  const made = (name: string) => newAuthority({ name: `O=Example, CN=${name}`, issuer, pathLength: 0, days: 3650 });
  return { cluster: await made("Clusters"), etcd: await made("etcd"), frontProxy: await made("Front proxies") };
}

/** What holds where the authorities are intermediates of one root, and certificates are valid for DAYS. */
export function hasOwnAuthorities(lab: Lab, brought: () => Brought, days: number): void {
  const pki = "/etc/kubernetes/pki";
  const [master] = lab.controlPlanes;

  test("API servers are known by the intermediate that was brought, and to whoever trusts its root", async () => {
    const { issuerCertificate, ...served } = await servedCertificate(lab);
    expect(issuerCertificate.fingerprint256).toBe(new X509Certificate(brought().cluster.certificate).fingerprint256);
    expect(daysOf(served.valid_from, served.valid_to)).toBe(days);
  });

  test("pods get it with its root, and API servers trust nobody for the root's sake", async () => {
    const { data } = await lab.get("configmap", "kube-root-ca.crt", "-n=default");
    expect(data["ca.crt"].trim()).toBe(brought().cluster.certificate.trim());
    const visitor = async (authority: Authority) => {
      const identity = await signClient(authority, { name: "visitor", group: "system:masters" }, 600);
      const { certificate, privateKey } = identity;
      // With the whole chain, so that it is a matter of trust and not of what was sent.
      return lab.request("/api/v1/nodes", 5_000, { cert: certificate + authority.certificate, key: privateKey });
    };
    expect(await visitor(brought().cluster)).toBe(200);
    expect(await visitor(brought().etcd)).toBe(401);
    expect(await visitor(brought().frontProxy)).toBe(401);
  });

  test("every certificate on a machine is of its authority, and valid for as long as was asked", async () => {
    const { cluster, etcd, frontProxy } = brought();
    const files: [string, string, Authority][] = [
      [master, `${pki}/front-proxy-client.crt`, frontProxy],
      [master, `${pki}/apiserver-etcd-client.crt`, etcd],
      [master, `${pki}/apiserver-kubelet-client.crt`, cluster],
      [master, "/var/lib/kubelet/pki/kubelet-client-current.pem", cluster],
      [master, "/var/lib/kubelet/pki/kubelet-server-current.pem", cluster],
      ...lab.etcdMachines.map((name): [string, string, Authority] => [name, `${pki}/etcd/server.crt`, etcd]),
    ];
    for (const [machine, file, authority] of files) {
      const certificate = new X509Certificate(await lab.on(machine, `openssl x509 -in ${file}`));
      expect(certificate.verify(new X509Certificate(authority.certificate).publicKey), file).toBe(true);
      expect(daysOf(certificate.validFrom, certificate.validTo), file).toBe(days);
    }
  });
}

function servedCertificate(lab: Lab) {
  return new Promise<DetailedPeerCertificate>((resolve, reject) => {
    const request = https.get({ ...lab.client, path: "/readyz" }, (response) => {
      resolve((response.socket as TLSSocket).getPeerCertificate(true));
      response.resume();
    });
    request.once("error", reject);
  });
}

/** Whole days, whatever minutes a beginning was put back for clocks that are behind. */
function daysOf(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
