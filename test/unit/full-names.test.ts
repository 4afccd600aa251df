import { beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";
import { shell } from "../support/shell";

let graph: Registration[];
const machines = (name: string, numbers: number[]) =>
  numbers.map((number) => ({ name: `${name}-${number % 10}.example.com`, address: `10.89.40.${number}` }));

beforeAll(async () => {
  labFacts();
  const config = {
    machines: {
      source: "lab",
      subnet: "10.89.40.0/24",
      controlPlanes: machines("cp", [11, 12, 13]),
      loadBalancers: machines("lb", [10]),
      etcd: machines("etcd", [21, 22, 23]),
      workerPools: [{ name: "general", machines: machines("worker", [31]) }],
    },
    cluster: { kubernetesVersion: "1.36.3", protect: false },
  };
  graph = await recordGraph({ config, stack: "lab" });
});

/** The text of a file in a step's input. */
function input(step: string, file: string): string {
  const { clear } = graph.find(({ name, type }) => name === step && type.startsWith("command:")) as Registration;
  const [, end] = new RegExp(`>"\\$dir"/input/${file} <<'(end_\\w+)'`).exec(`${clear.stdin}`) ?? [];
  return `${clear.stdin}`.split(`<<'${end}'\n`)[1].split(`${end}`)[0];
}

test("a machine's name may be its full domain name, and everything of it is called so", () => {
  const names = graph.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "lab-cp-1.example.com-join",
      "lab-rollout-cp-3.example.com",
      "lab-lb-0.example.com-configure",
      "lab-etcd-pki-etcd-2.example.com-peer",
      "lab-worker-1.example.com-join",
    ]),
  );
  const joins = {
    "lab-cp-2.example.com-join": "cp-2.example.com",
    "lab-worker-1.example.com-join": "worker-1.example.com",
  };
  for (const [step, name] of Object.entries(joins)) {
    const [join] = parseAllDocuments(input(step, "join.yaml")).map((document) => document.toJS());
    expect(join.nodeRegistration.name).toBe(name);
  }
});

test("load balancers and etcd know machines by it", () => {
  expect(input("lab-lb-0.example.com-configure", "haproxy.cfg")).toContain(
    "\n  server cp-1.example.com 10.89.40.11:6443\n",
  );
  expect(input("lab-etcd-1.example.com-join", "members")).toContain("etcd-2.example.com 10.89.40.22\n");
  expect(input("lab-etcd-1.example.com-join", "etcd.service")).toContain("--name=etcd-1.example.com");
  expect(input("lab-admission-admit", "nodes")).toContain("cp-1.example.com 10.89.40.11\n");
  expect(input("lab-roster-settle", "workers/worker-1.example.com.yaml")).toContain('name: "worker-1.example.com"');
});

test("a pod of a machine whose name differs by what a dot could stand for is none of its pods", () => {
  const ready = (pod: string) =>
    shell(
      'kube_await_ready() { :; }; MANIFESTS=$there; touch "$there/etcd.yaml"; kube_pods_ready cp-1.example kube-system',
      {
        libraries: ["kube"],
        programs: { kubectl: `printf '%s Running True\\n' coredns-1 ${pod}` },
      },
    );
  expect(ready("etcd-cp-1xexample")).toMatchObject({ status: 1, stdout: "no etcd-cp-1.example yet\n" });
  expect(ready("etcd-cp-1.example").status).toBe(0);
});
