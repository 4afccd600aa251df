import { beforeAll, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { KubeadmClusterArgs } from "../../components/cluster/cluster";
import { endpointOf } from "../../components/cluster/endpoint";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  const workerPools = [{ name: "general", machines: [{ name: "worker-1", address: "10.89.40.31" }] }];
  const config = {
    machines: { ...labConfig.machines, workerPools },
    cluster: { ...labConfig.cluster, endpointName: "api.example.com" },
  };
  graph = await recordGraph({ config, stack: "lab" });
});

/** The text of a file in a step's input. */
function input(step: string, file: string): string | undefined {
  const { clear } = graph.find(({ name, type }) => name === step && type.startsWith("command:")) as Registration;
  const [, end] = new RegExp(`>"\\$dir"/input/${file} <<'(end_\\w+)'`).exec(`${clear.stdin}`) ?? [];
  return end && `${clear.stdin}`.split(`<<'${end}'\n`)[1].split(`${end}`)[0];
}

test("machines and clients reach the API at the name", () => {
  for (const step of ["lab-init", "lab-cp-2-join", "lab-rollout-cp-3", "lab-rollout-worker-1"]) {
    const documents = parseAllDocuments(input(step, "kubeadm.yaml") ?? "").map((document) => document.toJS());
    const cluster = documents.find(({ kind }) => kind === "ClusterConfiguration");
    expect(cluster.controlPlaneEndpoint, step).toBe("api.example.com:6443");
    if (!step.includes("worker")) expect(cluster.apiServer.certSANs).toEqual(["api.example.com", "10.89.40.10"]);
  }
  const discovery = parse(input("lab-worker-1-join", "discovery.conf") ?? "");
  expect(discovery.clusters[0].cluster.server).toBe("https://api.example.com:6443");
});

test("every node looks the name up before anything else is done there, and nobody else", () => {
  for (const node of ["cp-1", "cp-2", "cp-3", "worker-1"])
    expect(input(`lab-${node}-prepare`, "looks-up")).toBe("api.example.com\n");
  expect(input("lab-lb-1-configure", "looks-up")).toBeUndefined();
});

test("clients reach load balancers by their second addresses, too, with a name and without", () => {
  const machine = (name: string, last: number) => ({
    name,
    address: `192.0.2.${last}`,
    privateAddress: `10.0.0.${last}`,
    secondAddress: `2001:db8::${last}`,
  });
  const alsoAt = (args: object, count = 1) => {
    const loadBalancers = [machine("lb-1", 8), machine("lb-2", 9)].slice(0, count);
    return endpointOf({ loadBalancers, ...args } as unknown as KubeadmClusterArgs).alsoAt;
  };
  const pair = { loadBalancer: { virtualAddress: "10.0.0.10" } };
  const name = { endpointName: "api.example.com" };
  expect(alsoAt({})).toEqual(["2001:db8::8"]);
  expect(alsoAt(name)).toEqual(["10.0.0.8", "2001:db8::8"]);
  expect(alsoAt(pair, 2)).toEqual(["2001:db8::8", "2001:db8::9"]);
  expect(alsoAt({ ...pair, ...name }, 2)).toEqual(["10.0.0.10", "2001:db8::8", "2001:db8::9"]);
  expect(alsoAt({ controlPlaneEndpoint: "api.example.com:6443" }, 0)).toEqual([]);
});
