import { describe, expect, test } from "vitest";
import { ca, controlPlane, left, machineWith, marker, reset, run, running, theirs } from "../support/left";

describe("software", () => {
  test("that was preinstalled stays, and its services start as they did", () => {
    const machine = machineWith([...theirs, ...running, ["/usr/local/bin/kubelet", "theirs\n"]]);
    machine.run(reset, 'echo ours >"$INPUT/a"; rm -r "$STATE"; place "$INPUT/a" /etc/sysctl.d/90-kubeadm-ha.conf');
    machine.write("/var/lib/kubeadm-ha/member", marker);
    const { status, stderr } = run(machine);
    expect(status, stderr).toBe(0);
    expect(machine.read("calls")).toContain("systemctl stop kubelet\n");
    expect(machine.read("calls")).toContain("systemctl try-restart containerd\n");
    expect(machine.read("calls")).not.toMatch(/disable|stop containerd/);
    expect(left(machine)).toEqual(
      expect.arrayContaining(["/usr/local/bin/kubelet 644 theirs|", "/etc/containerd/config.toml 640 theirs|"]),
    );
    expect(machine.below("/var/lib")).toContain("containerd/io.containerd.metadata.v1.bolt/meta.db");
  });

  const packages = {
    "apt-mark":
      'held=$there/held; case $1 in showhold) grep -x "$2" $held ;; unhold) shift; for p; do sed -i "/^$p\\$/d" $held; done ;; esac',
    "apt-get": "",
  };

  test("by packages is released, but for what was held before, and loses its sources", () => {
    const { machine } = controlPlane(packages);
    machine.write("/etc/apt/sources.list.d/kubeadm-ha-kubernetes.sources", "x\n");
    machine.write("/etc/apt/sources.list.d/theirs.sources", "x\n");
    machine.write("/var/lib/kubeadm-ha/held-before", "kubectl\n");
    machine.write("../held", "kubectl\nkubelet\nkubeadm\nvim\n");
    expect(run(machine).status).toBe(0);
    expect(machine.read("held")).toBe("kubectl\nvim\n");
    expect(machine.below("/etc/apt/sources.list.d")).toEqual(["theirs.sources"]);
  });

  test("of an earlier version goes by the names that are known, and what that replaced is not made up", () => {
    const machine = machineWith([
      ...running,
      ["/var/lib/kubeadm-ha/started", "x\n"],
      ["/var/lib/kubeadm-ha/mirrors", "a\n"],
    ]);
    const ours = ["kubeadm", "kubelet", "containerd", "runc"].map((name) => `/usr/local/bin/${name}`);
    for (const path of [
      ...ours,
      "/usr/local/bin/theirs",
      "/etc/containerd/config.toml",
      "/etc/containerd/certs.d/a/hosts.toml",
      "/etc/containerd/certs.d/b/hosts.toml",
      "/etc/sysctl.d/90-kubeadm-ha.conf",
      "/etc/systemd/system/kubelet.service",
    ])
      machine.write(path, "x\n");
    machine.write("/etc/fstab", "# a comment\n# kubeadm-ha: /dev/sda2 none swap sw 0 0\n");
    const { status, stderr } = run(machine);
    expect(status, stderr).toBe(0);
    expect(left(machine)).toEqual([
      "/etc/containerd/certs.d/b/hosts.toml 644 x|",
      "/etc/fstab 644 # a comment|/dev/sda2 none swap sw 0 0|",
      "/usr/local/bin/theirs 644 x|",
    ]);
    expect(machine.read("calls")).toContain("systemctl disable --quiet kubelet\n");
  });
});

describe("a machine of an external etcd", () => {
  const owner = (data: string) => `${marker.trim()}  -\n${data}\n`;
  const member = (text = ca) => {
    const machine = machineWith([["/srv/etcd/notes", "theirs\n"]]);
    machine.run(reset, 'echo ours >"$INPUT/a"; place "$INPUT/a" /usr/local/bin/etcd 0755');
    machine.write("/var/lib/kubeadm-ha/etcd", owner(`${machine.root}/srv/etcd`));
    machine.run(reset, 'before_note_enabled etcd; echo ours >"$INPUT/a"; place "$INPUT/a" "$MEMBER_UNIT"');
    machine.write("/srv/etcd/member/wal/0.wal", "data\n");
    machine.write("/etc/kubernetes/pki/etcd/ca.crt", ca);
    machine.write("/etc/kubernetes/pki/etcd/server.key", "KEY\n");
    machine.input("pki/ca.crt", text);
    return machine;
  };

  test("has no etcd, no data and no keys any more; the directory stays", () => {
    const machine = member();
    const { status, stderr } = run(machine, "reset_etcd");
    expect(status, stderr).toBe(0);
    expect(left(machine)).toEqual(["/srv/etcd/notes 644 theirs|"]);
    expect(machine.read("calls")).toContain("systemctl stop etcd\nsystemctl show");
    expect(machine.read("calls")).toContain("systemctl disable --quiet etcd\n");
    expect(run(machine, "reset_etcd").status).toBe(0);
  });

  test("is refused unchanged where it is another cluster's, or no machine of an etcd", () => {
    const machine = member("another CA\n");
    const before = left(machine);
    expect(run(machine, "reset_etcd").stderr).toContain("belongs to another cluster");
    expect(run(machine, "reset_node").stderr).toContain("has a member of an external etcd");
    expect(left(machine)).toEqual(before);
    expect(run(controlPlane().machine, "reset_etcd").stderr).toContain("is a node of a cluster");
  });
});
