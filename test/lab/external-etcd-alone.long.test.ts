import { afterAll, beforeAll, expect, test } from "vitest";
import { labInstall } from "../../lab/machines/facts";
import { Consumer, compilers } from "../support/consumer";
import { Lab } from "../support/lab";
import { labEnvironment, root } from "../support/place";
import { provideMachines } from "./static-up/machines";

const lab = new Lab("etcd-alone");
const example = `${root}/examples/external-etcd`;
let project: Consumer;

/** `examples/external-etcd`, with the lab's etcd in place of an archive. */
beforeAll(async () => {
  await lab.begin();
  project = new Consumer("external-etcd", await labEnvironment(lab.stack));
  await project.install(...compilers);
  await provideMachines(lab, []);
  project.copy(example, ".");
  const program = await project.run(["cat", "index.ts"]);
  const install = /install: \{[\s\S]*?\n {2}\},/;
  expect(program).toMatch(install);
  project.write("index.ts", program.replace(install, 'install: config.requireObject("install"),'));
  await project.stack("test", { machines: lab.configured.controlPlanes, install: labInstall(lab.facts) });
  await project.secret("sshPrivateKey", lab.config.sshPrivateKey ?? "");
});
afterAll(async () => {
  project.end();
  await lab.end();
});

/** etcdctl on a machine, with what the example gives back; as an API server of somebody else's would use it. */
async function etcdctl(...words: string[]): Promise<string> {
  const outputs = JSON.parse(await project.does("stack", "output", "--json", "--show-secrets"));
  const file = (name: string, text: string) => `cat >/run/${name} <<'PEM'\n${text.trimEnd()}\nPEM\n`;
  return lab.on(
    "cp-2",
    `umask 077
     ${file("ca.pem", outputs.caCertificate)}${file("client.pem", outputs.clientCertificate)}
     ${file("client.key", outputs.clientKey)}
     etcdctl --endpoints=${outputs.endpoints.join(",")} --cacert=/run/ca.pem --cert=/run/client.pem \
       --key=/run/client.key ${words.join(" ")}`,
  );
}

test("three members come up on machines of their own, and whoever has what they give back is let in", async () => {
  await project.up();
  expect((await etcdctl("endpoint", "health")).match(/is healthy/g) ?? []).toHaveLength(3);
  await etcdctl("put", "key", "value");
  expect(await etcdctl("get", "key", "--print-value-only")).toBe("value\n");
});

test("nothing of Kubernetes is on them", async () => {
  expect(await lab.on("cp-1", "ls /etc/kubernetes; command -v kubelet kubeadm || true")).toBe("pki\n");
});

test("another option is rolled out, one member after the other, with no cluster around it", async () => {
  const program = await project.run(["cat", "index.ts"]);
  project.write(
    "index.ts",
    program.replace("machines:", "etcd: { heartbeatInterval: 200, electionTimeout: 2000 },\n  machines:"),
  );
  await project.does("up", "--yes", "--skip-preview");
  for (const machine of lab.controlPlanes)
    expect(await lab.on(machine, "tr '\\0' '\\n' </proc/$(pgrep -x etcd)/cmdline")).toContain(
      "--heartbeat-interval=200",
    );
  expect(await etcdctl("get", "key", "--print-value-only")).toBe("value\n");
});
