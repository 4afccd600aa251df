import { describe, expect, test } from "vitest";
import { admissionLine } from "../../components/roster/node";
import { shell } from "../support/shell";

test("what approves a kubelet's certificate knows both addresses of its machine", () => {
  expect(admissionLine("cp-1", ["10.0.0.11", "10.0.0.11", "2001:db8::11"], [])).toBe("cp-1 10.0.0.11 2001:db8::11\n");
});

test("of a Node with two addresses, its first is where others ask its API server", () => {
  const kubectl = "printf 'cp-1 2001:db8::11 10.0.0.11\\ncp-2 2001:db8::12 10.0.0.12\\n'";
  const { status, stderr, stdout } = shell("kube_control_planes", { libraries: ["kube"], programs: { kubectl } });
  expect(status, stderr).toBe(0);
  expect(stdout).toBe("cp-1 2001:db8::11\ncp-2 2001:db8::12\n");
});

test("an API server that does not name control planes has named none", () => {
  const run = shell("kube_control_planes || echo nothing", { libraries: ["kube"], programs: { kubectl: "exit 1" } });
  expect(run.stdout).toBe("nothing\n");
});

describe("etcd on this machine is asked", () => {
  const ask = (manifest: string) => {
    const lines = "MANIFESTS=$there; etcd_ctl member list; etcd_use https://10.0.0.12:2379; etcd_ctl member list";
    const run = shell(lines, {
      libraries: ["etcd"],
      before: manifest === "" ? "" : `echo '    - ${manifest}' >"$there/etcd.yaml"`,
      programs: { etcdctl: 'echo "$1"' },
    });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout.split("\n").slice(0, 2);
  };
  const other = "--endpoints=https://10.0.0.12:2379";
  test("where its manifest has it listen, which may be ::1", () => {
    expect(ask("--listen-client-urls=https://[::1]:2379,https://[2001:db8::11]:2379")).toEqual([
      "--endpoints=https://[::1]:2379",
      other,
    ]);
    expect(ask("--listen-client-urls=https://127.0.0.1:2379,https://10.0.0.11:2379")[0]).toBe(
      "--endpoints=https://127.0.0.1:2379",
    );
  });
  test("for the cluster's lock, too", () => {
    const { stdout, stderr } = shell('MANIFESTS=$there; etcd_hold 5; cat "$ETCD_HELD"', {
      libraries: ["etcd"],
      before: `echo '    - --listen-client-urls=https://[::1]:2379,https://[2001:db8::11]:2379' >"$there/etcd.yaml"`,
      programs: { etcdctl: 'echo "$1"' },
    });
    expect(stdout, stderr).toBe("--endpoints=https://[::1]:2379\n");
  });
  test("at 127.0.0.1 where it is none of kubeadm's", () =>
    expect(ask("")).toEqual(["--endpoints=https://127.0.0.1:2379", other]));
});

describe("the interface of a virtual address", () => {
  const address = (family: string, of: string) => `case "$*" in
    "-o ${family} address show") echo "2: eth0 inet ${of} scope global"; echo "3: eth1 inet 192.0.2.1/24 scope global" ;;`;
  const find = (virtual: string, own: string, routes: string) =>
    shell(`keepalived_interface ${virtual}`, {
      libraries: ["load-balancer/keepalived"],
      input: { address: own },
      programs: {
        ip: `${address(own.includes(":") ? "-6" : "-4", own.includes(":") ? "2001:db8::8/64" : "10.0.0.8/24")}
    *" route show to match ${virtual} dev eth0") printf '${routes}' ;;
    *) exit 1 ;;
  esac`,
      },
    });
  test.each([
    ["10.0.0.10", "10.0.0.8", "10.0.0.0/24 proto kernel scope link src 10.0.0.8\\ndefault via 10.0.0.1\\n"],
    ["2001:db8::10", "2001:db8::8", "2001:db8::/64 proto kernel metric 256\\ndefault via 2001:db8::1 proto static\\n"],
  ])("%s is that of %s, whose network holds it", (virtual, own, routes) => {
    const { stdout, stderr } = find(virtual, own, routes);
    expect(stdout, stderr).toBe("eth0\n");
  });
  test("is none where only a router leads to it", () => {
    const { status, stderr } = find("2001:db8:1::10", "2001:db8::8", "default via 2001:db8::1 proto static\\n");
    expect(status).toBe(1);
    expect(stderr).toContain("is outside of the network of 2001:db8::8 on eth0");
  });
});
