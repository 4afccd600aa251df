import { expect, test } from "vitest";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const withCluster = (cluster: object) => ({ ...labConfig, cluster: { ...labConfig.cluster, ...cluster } });
const volume = { name: "webhook", hostPath: "/etc/webhook", mountPath: "/etc/kubernetes/webhook" };
const taken = "is that of a volume which is mounted already; give this one another name";
const absolute = 'is not an absolute path; allowed: one without "..", colons and spaces, for example /etc/my-webhook';

test("volumes and variables as kubeadm has them", () => {
  const extraEnvs = { GOMEMLIMIT: "4GiB", "my.name-1": "", _x: "$(HOME)" };
  const component = { extraVolumes: [volume, { ...volume, name: "b", mountPath: "/b", pathType: "File" }], extraEnvs };
  const cluster = { apiServer: component, controllerManager: component, scheduler: component, etcd: { extraEnvs } };
  expect(problems(withCluster(cluster))).toEqual([]);
});

test.each([
  [
    { name: "Web_Hook" },
    'name: "Web_Hook" is not a DNS label; allowed: lowercase letters, digits and inner hyphens, 63 at most',
  ],
  [{ name: "k8s-certs" }, `name: "k8s-certs" ${taken}`],
  [{ name: "usr-share-ca-certificates" }, `name: "usr-share-ca-certificates" ${taken}`],
  [{ name: "security" }, `name: "security" ${taken}`],
  [{ name: "audit" }, `name: "audit" ${taken}`],
  [{ hostPath: "etc/webhook" }, `hostPath: "etc/webhook" ${absolute}`],
  [{ hostPath: "/etc/../root" }, `hostPath: "/etc/../root" ${absolute}`],
  [{ hostPath: "" }, `hostPath: "" ${absolute}`],
  [{ mountPath: "/a:b" }, `mountPath: "/a:b" ${absolute}`],
  [
    { mountPath: "/etc/kubernetes/pki/" },
    'mountPath: "/etc/kubernetes/pki/" collides with /etc/kubernetes/pki, which is mounted already; take a path that is neither above nor below it',
  ],
  [
    { mountPath: "/etc//ssl/./certs/mine" },
    'mountPath: "/etc//ssl/./certs/mine" collides with /etc/ssl/certs, which is mounted already; take a path that is neither above nor below it',
  ],
  [
    { mountPath: "/" },
    'mountPath: "/" collides with /etc/kubernetes/pki, which is mounted already; take a path that is neither above nor below it',
  ],
  [
    { pathType: "Anything" },
    'pathType: "Anything" is not allowed; allowed: DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice',
  ],
])("a volume of the API server with %j", (change, message) => {
  expect(only(withCluster({ apiServer: { extraVolumes: [{ ...volume, ...change }] } }))).toBe(
    `cluster.apiServer.extraVolumes[0].${message}`,
  );
});

test("two volumes of one name, and of one path", () => {
  const one = (change: object) =>
    only(withCluster({ scheduler: { extraVolumes: [volume, { ...volume, ...change }] } }));
  expect(one({ mountPath: "/other" })).toBe(
    'cluster.scheduler.extraVolumes[1].name: "webhook" is taken by extraVolumes[0]; every volume needs its own',
  );
  expect(one({ name: "other", mountPath: "/etc/kubernetes/webhook/" })).toBe(
    'cluster.scheduler.extraVolumes[1].mountPath: "/etc/kubernetes/webhook/" is that of extraVolumes[0]; every volume needs its own',
  );
});

test("what one component has mounted another may have of its own", () => {
  const kubeconfig = { ...volume, name: "kubeconfig", mountPath: "/etc/kubernetes/scheduler.conf" };
  expect(problems(withCluster({ apiServer: { extraVolumes: [kubeconfig] } }))).toEqual([]);
  const [, ...found] = problems(withCluster({ scheduler: { extraVolumes: [kubeconfig] } }));
  expect(found).toHaveLength(2);
  const audit = { ...volume, name: "audit", mountPath: "/var/log/kubernetes/audit" };
  const without = { apiServer: { extraVolumes: [audit] }, security: { audit: { enabled: false } } };
  expect(problems(withCluster(without))).toEqual([]);
});

test.each([
  ["apiServer", "A B", '"A B" is not the name of a variable; allowed: letters, digits, _, . and -, no digit first'],
  ["scheduler", "1A", '"1A" is not the name of a variable; allowed: letters, digits, _, . and -, no digit first'],
  ["etcd", "A=B", '"A=B" is not the name of a variable; allowed: letters, digits, _, . and -, no digit first'],
  ["etcd", "ETCD_MAX_WALS", "stands for a flag of etcd; use extraArgs.max-wals"],
  ["etcd", "ETCD_SNAPSHOT_COUNT", "stands for a flag of etcd; use snapshotCount"],
])("the variable of %s called %s", (component, name, message) => {
  expect(only(withCluster({ [component]: { extraEnvs: { [name]: "1" } } }))).toBe(
    `cluster.${component}.extraEnvs.${name}: ${message}`,
  );
});
