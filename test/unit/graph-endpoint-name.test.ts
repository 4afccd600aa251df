import { beforeAll, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
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
