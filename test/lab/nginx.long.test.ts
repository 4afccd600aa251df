import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Issuer } from "../support/issuer";
import { Lab } from "../support/lab";
import { poll } from "../support/process";
import { deployEcho } from "./cluster/echo";
import { isObserved } from "./cluster/journal";
import { isWhole } from "./cluster/kubernetes";
import { streamsLiveThrough } from "./cluster/streams";
import { chosen, heedsSettings } from "./nginx/security";

// What is told of HAProxy in cluster.test.ts, as far as NGINX does it, too; and settings that the cluster there has
// not.
describe("a cluster behind NGINX", () => {
  const lab = new Lab("nginx", "lab-nginx");
  const issuer = new Issuer();

  beforeAll(async () => {
    await lab.begin();
    await issuer.start(lab.gateway);
    lab.configure({ cluster: { security: chosen(issuer), certificates: { keyAlgorithm: "RSA-2048" } } });
    await lab.up();
  });
  afterAll(async () => {
    await lab.end();
    await issuer.stop();
  });

  describe("is whole after its first up", () => isWhole(lab));

  test("another up changes nothing", async () => {
    await lab.up("--expect-no-changes");
  });

  test("every key is as it was asked for", async () => {
    const each = 'openssl x509 -noout -text -in "$file" | grep -o "Public-Key: .*"';
    const keys = await lab.on(
      "cp-2",
      `for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do ${each}; done`,
    );
    expect(new Set(keys.trim().split("\n"))).toEqual(new Set(["Public-Key: (2048 bit)"]));
  });

  describe("heeds settings of security", () => heedsSettings(lab, issuer));

  isObserved(lab, "nginx", /:6443 200 sent \d+/, "Active connections");

  test("a watch and a log that is followed live through a reload", async () => {
    const [pod] = await deployEcho(lab);
    await streamsLiveThrough(lab, pod, async () => {
      const workers = await lab.on("lb-1", "pgrep -x nginx");
      const main = () => lab.on("lb-1", "systemctl show --property=MainPID nginx");
      const before = await main();
      await lab.on("lb-1", "echo '# somebody was here' >>/etc/nginx/nginx.conf");
      await lab.up("--replace", await lab.urn("lb-1-configure"));
      expect(await main()).toBe(before);
      await poll("new workers", 10, async () => expect(await lab.on("lb-1", "pgrep -x nginx")).not.toBe(workers));
    });
  });

  test("a dead control plane costs a client a second or two, and no answer", async () => {
    await lab.engine("container", "kill", "--signal=KILL", lab.container("cp-2"));
    for (let i = 0; i < 30; i++) expect(await lab.request("/api/v1/namespaces/kube-system", 5_000)).toBe(200);
  });
});
