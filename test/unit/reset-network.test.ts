import { expect, test } from "vitest";
import { Elsewhere } from "../support/elsewhere";

/** What iptables-save prints of a machine that runs Docker, too. */
const saved = (hostPorts: string) => `*filter
:INPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A KUBE-FIREWALL -m conntrack --ctstate INVALID -j DROP
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:CNI-DN-1 - [0:0]
:CNI-DN-2 - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-SETMARK - [0:0]
:DOCKER - [0:0]
:FLANNEL-POSTRTG - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-ABC - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A POSTROUTING -m comment --comment "KUBE-SERVICES -j of somebody else" -j MASQUERADE
-A CNI-DN-1 -p tcp -m tcp --dport 80 -j CNI-HOSTPORT-SETMARK
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"abc\\"" -m multiport --dports 80 -j CNI-DN-1
${hostPorts}-A DOCKER -i docker0 -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 -j MASQUERADE
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https" -j KUBE-SVC-ABC
COMMIT
`;
const podman = '-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"podman\\" id: \\"x\\"" -j CNI-DN-2\n';

const removal = (text: string) => {
  const machine = new Elsewhere();
  machine.input("saved", text);
  const { status, stdout, stderr } = machine.run(["shell/reset"], 'reset_network_removal "$INPUT/saved"');
  expect(status, stderr).toBe(0);
  return stdout;
};

const rules = `*filter
-D INPUT -j KUBE-FIREWALL
-F KUBE-FIREWALL
-X KUBE-FIREWALL
COMMIT
*nat
-D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
`;
const ours = ["FLANNEL-POSTRTG", "KUBE-SERVICES", "KUBE-SVC-ABC"];

test("rules of Kubernetes go, with every rule that leads to them, and nobody else's", () => {
  const chains = ["CNI-DN-1", "CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-SETMARK", ...ours];
  expect(removal(saved(""))).toBe(`${rules}-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-D POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
${chains.map((chain) => `-F ${chain}\n`).join("")}${chains.map((chain) => `-X ${chain}\n`).join("")}COMMIT
`);
});

test("the chains of host ports stay where others have some", () => {
  const chains = ["CNI-DN-1", ...ours];
  expect(removal(saved(podman))).toBe(`${rules}-D POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-D CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"abc\\"" -m multiport --dports 80 -j CNI-DN-1
${chains.map((chain) => `-F ${chain}\n`).join("")}${chains.map((chain) => `-X ${chain}\n`).join("")}COMMIT
`);
});

test("where there is nothing of Kubernetes nothing is done", () => {
  expect(removal("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n")).toBe("");
  expect(removal("")).toBe("");
});

test("IPVS loses what is at the interface of kube-proxy, and at ports of nodes", () => {
  const machine = new Elsewhere({
    ip: 'echo "5: kube-ipvs0 inet 10.96.0.1/32 scope global kube-ipvs0"',
    ipvsadm:
      '[ "$1" != -Sn ] || printf -- "-A -t %s -s rr\\n-a -t %s -r 10.0.0.1:1 -m -w 1\\n" 10.96.0.1:443 10.96.0.1:443 192.0.2.1:30080 x 192.0.2.1:80 x',
  });
  machine.write("/sys/class/net/kube-ipvs0/ifindex", "5\n");
  expect(machine.run(["shell/reset"], "reset_network_ipvs").status).toBe(0);
  const removed = machine
    .read("calls")
    .split("\n")
    .filter((line) => line.startsWith("ipvsadm -D"));
  expect(removed).toEqual(["ipvsadm -D -t 10.96.0.1:443", "ipvsadm -D -t 192.0.2.1:30080"]);
});

test("host ports in nftables go by the pods that CNI has written down", () => {
  const rules = ["ours", "theirs"].map(
    (id, i) => `\\t\\ttcp dport 8${i} dnat to 10.0.0.1:80 comment "${id}" # handle ${i}`,
  );
  const machine = new Elsewhere({
    nft: `case $1 in -a) printf '\\tchain hostports {\\n${rules.join("\\n")}\\n' ;; -f) cat "$2" >>$there/calls ;; esac`,
  });
  machine.write("/var/lib/cni/results/cbr0-ours-eth0", "{}");
  machine.write("/var/lib/cni/results/podman-theirs-eth0", "{}");
  const { status, stderr } = machine.run(["shell/reset"], "reset_network_host_ports");
  expect(status, stderr).toBe(0);
  const removed = machine
    .read("calls")
    .split("\n")
    .filter((line) => line.startsWith("delete"));
  expect(removed).toEqual(["ip", "ip6"].map((family) => `delete rule ${family} cni_hostport hostports handle 0`));
});
