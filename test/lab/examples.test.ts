import { beforeAll, describe, expect, test } from "vitest";
import { newAuthority } from "../support/authority";
import { recordAws } from "../support/aws";
import { sshKey } from "../support/fixtures";
import { root } from "../support/place";
import { exampleConfig, type Planned, previewed, runExample } from "../support/preview";
import { output } from "../support/process";
import { record } from "../support/record";

const key = { sshPrivateKey: sshKey };

// What the examples import by the package's name is what is compiled.
beforeAll(async () => {
  await output([process.execPath, "build/compile.js"], { cwd: root, deadline: 300 });
});

/** The components of a plan, sorted; every one is to be made. */
function components(planned: Planned[]): string[] {
  expect(planned.filter(({ op }) => op !== "create")).toEqual([]);
  return planned
    .filter(({ type }) => /^\w+$/.test(type))
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}

/** The steps of a plan, sorted. */
const steps = (planned: Planned[]) =>
  planned
    .filter(({ type }) => type.startsWith("command:"))
    .map(({ name }) => name)
    .sort();

test("load-balancer: two that share an address", async () => {
  const { certificate } = await newAuthority();
  const planned = await previewed("load-balancer", { ...key, caCertificate: certificate });
  expect(components(planned)).toEqual([
    "LoadBalancer api-lb-1",
    "LoadBalancer api-lb-2",
    "LoadBalancers api",
    "VirtualAddress api-virtual-address",
  ]);
  expect(steps(planned)).toEqual([
    "api-lb-1-configure",
    "api-lb-2-configure",
    "api-virtual-address-lb-1-farewell",
    "api-virtual-address-lb-2-farewell",
  ]);
});

test("external-etcd: three members, and nothing of Kubernetes", async () => {
  const planned = await previewed("external-etcd", key);
  const members = ["etcd-1", "etcd-2", "etcd-3"];
  expect(components(planned)).toEqual([
    "EtcdCertificates store-etcd-pki",
    "EtcdCluster store",
    ...members.map((name) => `EtcdSoftware store-${name}`),
    "ExternalEtcd store",
    ...members.map((name) => `Host store-${name}`),
    "Members store-members",
    "Rollout store-rollout",
  ]);
  const own = members.flatMap((name) => ["join", "leave", "prepare", "stage"].map((step) => `store-${name}-${step}`));
  expect(steps(planned)).toEqual([
    ...own,
    "store-etcd-dissolve",
    "store-etcd-init",
    "store-members-prune",
    ...members.map((name) => `store-rollout-${name}`),
  ]);
});

test("pki: keys and certificates, and no step", async () => {
  const planned = await previewed("pki", {});
  expect(components(planned)).toEqual(["Pki cluster"]);
  expect(steps(planned)).toEqual([]);
  const names = (type: string) => planned.filter((each) => each.type.endsWith(`:${type}`)).map(({ name }) => name);
  expect(names("SelfSignedCert").sort()).toEqual(["cluster-ca", "cluster-etcd-ca", "cluster-front-proxy-ca"]);
  expect(names("LocallySignedCert")).toEqual(["cluster-admin"]);
  expect(names("PrivateKey")).toContain("cluster-service-account-key");
});

test("kubeadm-hosts: two steps on each machine", async () => {
  const planned = await previewed("kubeadm-hosts", key);
  expect(components(planned)).toEqual([
    "Host nodes-cp-1",
    "Host nodes-node-1",
    "KubeadmHosts nodes",
    "Software nodes-cp-1",
    "Software nodes-node-1",
  ]);
  expect(steps(planned)).toEqual([
    "nodes-cp-1-prepare",
    "nodes-cp-1-stage",
    "nodes-node-1-prepare",
    "nodes-node-1-stage",
  ]);
});

test("two-clusters: the same twice, each called after its cluster", async () => {
  const planned = await previewed("two-clusters", key);
  const of = (cluster: string) =>
    planned
      .filter(({ name }) => `${name}-`.startsWith(`${cluster}-`))
      .map(({ type, name }) => `${type} ${name.replace(cluster, "")}`)
      .sort();
  expect(of("blue")).toEqual(of("green"));
  expect(of("blue")).toContain("KubeadmCluster ");
  expect(planned.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toHaveLength(2 * of("blue").length);
});

/** The plugins of AWS and Kubernetes are not there: what the program asks for is recorded with mocks. */
describe("recorded, not previewed", () => {
  test("aws-cluster: machines on EC2, and a cluster on them behind the load balancer's name", async () => {
    const all = await recordAws(() => runExample("aws-cluster"), exampleConfig("aws-cluster"), "prod");
    const names = (type: string) => all.filter((each) => each.type === type).map(({ name }) => name);
    expect(names("kubeadm-ha:index:AwsMachines")).toEqual(["prod-aws"]);
    expect(names("kubeadm-ha:index:KubeadmCluster")).toEqual(["prod"]);
    expect(names("kubeadm-ha:index:ControlPlane")).toEqual(["prod-cp-1", "prod-cp-2", "prod-cp-3"]);
    expect(names("kubeadm-ha:index:Worker")).toEqual(["prod-general-1", "prod-general-2"]);
    expect(names("aws:ec2/instance:Instance")).toEqual(
      ["bastion", "cp-1", "cp-2", "cp-3", "general-1", "general-2"].map((name) => `prod-aws-${name}`),
    );
    expect(JSON.stringify(all.find(({ name }) => name === "prod-init")?.inputs)).toMatch(
      /controlPlaneEndpoint: \\+"\{\{ref:aws:lb\/loadBalancer:LoadBalancer\|[\w-]+\|dnsName\}\}:6443/,
    );
  });

  test("application: everything by a provider with the other stack's kubeconfig, which stays a secret", async () => {
    const config = exampleConfig("application");
    const requests = await record(
      () => runExample("application"),
      { config },
      {
        call: ({ inputs }) => inputs,
        resource: (type, _, inputs) =>
          type === "pulumi:pulumi:StackReference"
            ? { ...inputs, outputs: { kubeconfig: "KUBECONFIG" }, secretOutputNames: ["kubeconfig"] }
            : { metadata: { name: "web-1234" }, ...inputs },
      },
    );
    const [provider, ...resources] = requests;
    expect([provider.getType(), provider.getName()]).toEqual(["pulumi:providers:kubernetes", "cluster"]);
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "KUBECONFIG" };
    expect(provider.getObject()?.toJavaScript()).toMatchObject({ kubeconfig: secret });
    expect(resources.map((each) => `${each.getType()} ${each.getName()}`).sort()).toEqual([
      "kubernetes:apps/v1:Deployment web",
      "kubernetes:core/v1:Namespace web",
      "kubernetes:core/v1:Service web",
      "kubernetes:policy/v1:PodDisruptionBudget web",
    ]);
    for (const each of resources) expect(each.getProvider(), each.getType()).toContain("::cluster::");
    expect(JSON.stringify(resources.map((each) => each.toObject()))).not.toContain("KUBECONFIG");
  });
});
