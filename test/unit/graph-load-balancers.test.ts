import { beforeAll, expect, test } from "vitest";
import { LoadBalancers, type LoadBalancersArgs } from "../../components";
import { newAuthority } from "../support/authority";
import { sshKey } from "../support/fixtures";
import { type Registration, recordProgram, resolved } from "../support/graph";

const ssh = { privateKey: sshKey, hostKey: "ssh-ed25519 AAAA" };
const lb = (host: number) => ({ name: `lb-${host}`, address: `10.0.0.${host}`, ssh });
const others = [11, 12, 13].map((host) => ({ name: `master-${host}`, address: `10.0.0.${host}` }));

let ca: string;
beforeAll(async () => {
  ca = (await newAuthority()).certificate;
});

/** What a program with these load balancers registers, and the endpoint that it gets. */
async function made(args: Partial<LoadBalancersArgs>) {
  let endpoint: unknown;
  const graph = await recordProgram(
    async () => {
      const all = { machines: [lb(8)], controlPlanes: others, caCertificate: ca, ...args };
      endpoint = (await resolved(new LoadBalancers("api", all).endpoint)).value;
    },
    { config: {}, preview: true },
  );
  return { graph, endpoint };
}
const named = (graph: Registration[], name: string) =>
  graph.filter((r) => r.name === name && r.type === "command:remote:Command")[0];

test("one stands in front of control planes of which only names and addresses are known", async () => {
  const { graph, endpoint } = await made({});
  expect(graph.map((r) => `${r.parent} > ${r.type} ${r.name}`)).toEqual([
    " > kubeadm-ha:index:LoadBalancers api",
    "api > kubeadm-ha:index:LoadBalancer api-lb-8",
    "api-lb-8 > command:remote:Command api-lb-8-configure",
    "api-lb-8 > command:local:Command api-lb-8-leave",
  ]);
  expect(endpoint).toBe("10.0.0.8:6443");
  const { inputs, clear } = named(graph, "api-lb-8-configure");
  expect(inputs.create).toMatch(/ -- haproxy master-11,master-12,master-13 # /);
  expect(clear.stdin).toContain("  server master-12 10.0.0.12:6443\n");
  expect(clear.stdin).toContain(ca);
});

test("two share an address, which is the endpoint", async () => {
  const { graph, endpoint } = await made({ machines: [lb(8), lb(9)], virtualAddress: "10.0.0.10", kind: "nginx" });
  expect(endpoint).toBe("10.0.0.10:6443");
  expect(graph.filter((r) => r.parent === "api").map((r) => `${r.type} ${r.name}`)).toEqual([
    "kubeadm-ha:index:VirtualAddress api-virtual-address",
    "kubeadm-ha:index:LoadBalancer api-lb-8",
    "kubeadm-ha:index:LoadBalancer api-lb-9",
  ]);
  expect(named(graph, "api-lb-9-configure").clear.stdin).toContain("unicast_src_ip 10.0.0.9\n");
});

test("a machine of a source of machines is a control plane, too: it is reached at its private address", async () => {
  const { graph } = await made({ controlPlanes: [{ name: "cp-1", address: "192.0.2.1", privateAddress: "10.0.0.1" }] });
  expect(named(graph, "api-lb-8-configure").clear.stdin).toContain("  server cp-1 10.0.0.1:6443\n");
});

test("what it cannot be made with is refused, all at once, by the names of its own arguments", () => {
  const refused = (args: Partial<LoadBalancersArgs>) => () =>
    new LoadBalancers("api", { machines: [lb(8)], controlPlanes: others, caCertificate: ca, ...args });
  expect(
    refused({
      machines: [lb(11), lb(12)],
      controlPlanes: [...others, { name: "Master", address: "10.0.0.300" }],
      caCertificate: "/etc/kubernetes/pki/ca.crt",
      virtualRouterId: 300,
      kind: "envoy" as "nginx",
      proxy: { http: "proxy:3128" },
    }),
  ).toThrow(
    [
      'LoadBalancers "api" has 10 problems; nothing of it was made:',
      '  caCertificate: "/etc/kubernetes/pki/ca.crt" is the path of a file; expected: the certificate that is in it, -----BEGIN CERTIFICATE----- and so on',
      '  controlPlanes[0].address: address "10.0.0.11" is taken by machines[0]; every machine needs its own',
      '  controlPlanes[1].address: address "10.0.0.12" is taken by machines[1]; every machine needs its own',
      '  controlPlanes[3].address: "10.0.0.300" is neither an IP address nor a DNS name',
      '  controlPlanes[3].name: "Master" is not the name of a machine; allowed: DNS names in lowercase, 63 characters at most, for example cp-1 or cp-1.example.com',
      '  kind: "envoy" is not allowed; allowed: haproxy, nginx',
      '  proxy.http: "proxy:3128" is not an http(s) address; example: http://proxy.example.com:3128',
      "  virtualAddress: missing, with 2 load balancers; set the address that they share; nodes and clients reach the API at it",
      "  virtualRouterId: 300 is not a VRRP router id; allowed: 1 to 255",
      "  virtualRouterId: belongs to a virtualAddress, and there is none",
    ].join("\n"),
  );
  expect(refused({ machines: [lb(7), lb(8), lb(9)], controlPlanes: [] })).toThrow(
    [
      "  controlPlanes: 0 control planes; needed: 1 at least",
      "  machines: 3 load balancers; allowed: 1, or 2 with virtualAddress",
    ].join("\n"),
  );
  expect(refused({ virtualAddress: "10.0.0.13" })).toThrow(
    '  virtualAddress: "10.0.0.13" is the address of controlPlanes[2]; it has to be a free one',
  );
});
