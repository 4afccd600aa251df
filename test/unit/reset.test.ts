import { describe, expect, test } from "vitest";
import { controlPlane, joining, left, machineWith, reset, run, stays, theirs } from "../support/left";

describe("a control plane that has left", () => {
  test("is as it was, with its modes, and a second run changes nothing", () => {
    const { machine, before } = controlPlane();
    const { status, stderr } = run(machine);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/ is reset after \d+ s\n$/);
    expect(left(machine)).toEqual(before.filter(stays));
    const directories = machine.below("/etc").concat(machine.below("/var/lib"));
    expect(directories.filter((name) => /kubeadm|kubelet|certs\.d|manifests/.test(name))).toEqual([]);
    const calls = machine.read("calls").split("\n");
    expect(calls).toEqual(expect.arrayContaining(["systemctl stop kubelet", "systemctl stop containerd"]));
    expect(calls).toEqual(expect.arrayContaining(["systemctl disable --quiet kubelet", "ip link delete cni0"]));
    expect(calls).toContain("kill -KILL 4194305 4194306");
    expect(calls).toContain("ip netns delete cni-1");
    const again = run(machine);
    expect(again.status, again.stderr).toBe(0);
    expect(left(machine)).toEqual(before.filter(stays));
    const more = machine
      .read("calls")
      .split("\n")
      .slice(calls.length - 1);
    expect(more.filter((line) => !/^systemctl daemon-reload|^$/.test(line))).toEqual([]);
  });

  test.each([
    "reset_network",
    "reset_kubelet",
    "reset_configuration",
    "reset_software_containerd_data",
    "reset_software_by_name",
    "reset_state",
  ])("is so after a run that ended before %s, too", (part) => {
    const { machine, before } = controlPlane();
    expect(run(machine, `${part}() { exit 9; }; reset_node`).status).toBe(9);
    expect(run(machine).status).toBe(0);
    expect(left(machine)).toEqual(before.filter(stays));
  });

  test("is so after a run that ended while files were put back", () => {
    const { machine, before } = controlPlane();
    const { status } = run(
      machine,
      'n=0; rmdir() { n=$((n + 1)); [ $n -lt 8 ] || exit 9; command rmdir "$@"; }; reset_node',
    );
    expect(status).toBe(9);
    expect(run(machine).status).toBe(0);
    expect(left(machine)).toEqual(before.filter(stays));
  });

  test("is reset without kubeadm, and with a containerd that does not answer", () => {
    const { machine, before } = controlPlane({
      ctr: "exec sleep 60",
      timeout: '[ "$2" != ctr ] || exit 124\nexec /usr/bin/timeout "$@"',
    });
    expect(run(machine).status).toBe(0);
    expect(left(machine)).toEqual(before.filter(stays));
  });

  test("keeps what is mounted: pods' volumes are unmounted, or nothing is removed", () => {
    const volume = "/var/lib/kubelet/pods/1/volumes/data";
    const mounted = (umount: string) => {
      const { machine } = controlPlane({ umount });
      machine.write(`${volume}/file`, "users\n");
      const line = (path: string) => `1 2 0:1 / ${machine.root}${path} rw - nfs x rw\n`;
      machine.write("/proc/self/mountinfo", `${line("/var/lib/kubelet")}${line(volume)}`);
      return machine;
    };
    const stuck = mounted("exit 1");
    const { status, stderr } = run(stuck);
    expect(status).toBe(1);
    expect(stderr).toContain(`still mounted on `);
    expect(stderr).toContain(volume);
    expect(stuck.files()).toContain(`${volume}/file 644 users|`);
    const free = mounted(
      `for last; do :; done; rm -r "$last"; sed -i "\\\\| $last |d" $there/root/proc/self/mountinfo`,
    );
    expect(run(free).status).toBe(0);
    expect(free.read("calls")).toContain(`umount ${free.root}${volume}\n`);
    expect(free.read("calls")).not.toContain(`umount ${free.root}/var/lib/kubelet\n`);
  });

  test("ends what watches over its pods, and nothing of a container that is a node itself", () => {
    const { machine } = controlPlane();
    const shim = ["/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "x", "-address"];
    const commands: Record<string, string[]> = {
      4194301: [...shim, "/run/containerd/containerd.sock"],
      4194302: [...shim, "/run/containerd/containerd.sock"],
      4194303: [...shim.slice(0, 2), "moby", ...shim.slice(3), "/run/containerd/containerd.sock"],
      4194304: [...shim, "/run/k3s/containerd/containerd.sock"],
    };
    for (const [pid, words] of Object.entries(commands))
      machine.write(`/proc/${pid}/cmdline`, `${words.join("\0")}\0`.replaceAll("\0/run", `\0${machine.root}/run`));
    machine.write("/sys/fs/cgroup/machine.slice/x/kubepods.slice/cgroup.procs", "4194307\n");
    const { status, stdout, stderr } = run(
      machine,
      `for pid in self ${Object.keys(commands).join(" ")}; do
         mkdir -p /proc/$pid/ns; ln -s "pid:[$([ $pid = 4194302 ] && echo 2 || echo 1)]" /proc/$pid/ns/pid
       done
       reset_pods_processes | sort -u | xargs`,
    );
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: "4194301 4194305 4194306\n" });
  });

  test("is not touched where the kubelet does not stop", () => {
    const { machine } = controlPlane({ systemctl: '[ "$1" != show ] || echo deactivating' });
    const before = left(machine);
    const { status, stderr } = run(machine);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: kubelet on .* does not stop: it is deactivating\n/);
    expect(left(machine)).toEqual(before);
  });

  test("leaves a volume that is mounted among what we know of the machine", () => {
    const { machine } = controlPlane();
    machine.write("/var/lib/kubeadm-ha/etcd-volume/i-1/member", "data\n");
    machine.write("/etc/fstab", `/dev/nvme1n1 ${machine.root}/var/lib/kubeadm-ha/etcd-volume ext4 nofail 0 0\n`);
    expect(run(machine).status).toBe(0);
    expect(machine.below("/var/lib/kubeadm-ha")).toEqual(["etcd-volume", "etcd-volume/i-1", "etcd-volume/i-1/member"]);
  });
});

describe("whose machine it is", () => {
  const { machine } = controlPlane();
  const before = left(machine);

  test("another cluster's is refused unchanged", () => {
    machine.input("pki/ca.crt", "another CA\n");
    const { status, stderr } = run(machine);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .* belongs to another cluster: its CA has SHA-256 /);
    expect(left(machine)).toEqual(before);
  });

  test("so is one of a cluster where nobody says which is to be left", () => {
    const { status, stderr } = run(machine, 'rm "$INPUT/pki/ca.crt"; reset_node');
    expect(status).toBe(1);
    expect(stderr).toContain("and no CA says that it is to leave");
    expect(left(machine)).toEqual(before);
  });

  test("one of no cluster is reset without a CA: an installation that went half-way", () => {
    const half = machineWith(theirs);
    const there = half.files();
    half.run(reset, joining);
    const { status, stderr } = run(half, 'rm "$INPUT/pki/ca.crt"; reset_node');
    expect(status, stderr).toBe(0);
    expect(left(half)).toEqual(there.filter(stays));
    expect(half.read("calls")).not.toMatch(/ctr|kill|nft|link delete/);
  });

  test("a machine that was never ours is left alone", () => {
    const other = machineWith([...theirs, ["/etc/kubernetes/admin.conf", "of another cluster\n"]]);
    const there = other.files();
    expect(run(other).status).toBe(0);
    expect(other.files()).toEqual(there);
  });
});
