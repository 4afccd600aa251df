import { createHash } from "node:crypto";
import { expect } from "vitest";
import { Elsewhere } from "./elsewhere";

/** The CA of the cluster. */
export const ca = "the CA\n";
/** Its fingerprint, as a node of it has it. */
export const marker = `${createHash("sha256").update(ca).digest("hex")}\n`;
/** The libraries. */
export const reset = ["shell/reset"];
/** Nothing of the machine that the test runs on is ever ended. */
const guarded = (
  lines: string,
) => `kill() { echo "kill $*" >>$there/calls; : >/sys/fs/cgroup/kubepods.slice/cgroup.procs; }
there=\${ROOMS%/step}; ${lines}`;
/** Runs lines as one who has loaded the libraries. */
export const run = (machine: Elsewhere, lines = "reset_node") => machine.run(reset, guarded(lines));

/** What packages, a person and another program have on the machine. */
export const theirs: [string, string, number?][] = [
  ["/etc/containerd/config.toml", "theirs\n", 0o640],
  ["/etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n"],
  ["/etc/kubernetes/cloud.conf", "theirs\n", 0o600],
  ["/etc/cni/net.d/99-loopback.conf", "theirs\n"],
  ["/opt/cni/bin/loopback", "theirs\n", 0o755],
  ["/usr/local/bin/kubectl", "theirs\n", 0o755],
  ["/var/lib/etcd/notes", "theirs\n"],
  ["/var/log/kubernetes/theirs.log", "theirs\n"],
  ["/var/log/syslog", "theirs\n"],
];

/** What a step puts into place, by our own functions. */
export const joining = `
  mkdir -p "$STATE"; for f in config sysctl program unit fstab; do echo "ours $f" >"$INPUT/$f"; done
  sed -E 's/^([^ ]+ none swap)/# kubeadm-ha: \\1/' /etc/fstab >"$INPUT/fstab"
  place "$INPUT/sysctl" /etc/sysctl.d/90-kubeadm-ha.conf
  place "$INPUT/fstab" /etc/fstab
  containerd_note_before
  for f in kubeadm kubelet kubectl; do place "$INPUT/program" /usr/local/bin/$f 0755; done
  place "$INPUT/program" /opt/cni/bin/bridge 0755
  place "$INPUT/unit" /etc/systemd/system/containerd.service
  place "$INPUT/unit" /etc/systemd/system/kubelet.service.d/10-kubeadm.conf 0600
  place "$INPUT/config" /etc/containerd/config.toml
  place "$INPUT/config" /etc/containerd/certs.d/docker.io/hosts.toml
  mkdir -p "$BEFORE_WANTED"; for s in containerd kubelet; do ln -s "/x/$s" "$BEFORE_WANTED/$s.service"; done
  echo x >"$CONTAINERD_STARTED"`;

/** What Kubernetes makes of a control plane. */
export const running: [string, string, number?][] = [
  ["/etc/kubernetes/pki/ca.crt", ca],
  ["/etc/kubernetes/pki/ca.key", "KEY\n", 0o600],
  ["/etc/kubernetes/pki/etcd/ca.key", "KEY\n", 0o600],
  ["/etc/kubernetes/security/encryption.yaml", "KEY\n", 0o600],
  ["/etc/kubernetes/manifests/etcd.yaml", "    - etcd\n    - --data-dir=/var/lib/etcd\n"],
  ["/etc/kubernetes/admin.conf", "KEY\n"],
  ["/etc/kubernetes/kubelet.conf", "KEY\n"],
  ["/etc/cni/net.d/10-flannel.conflist", "{}\n"],
  ["/etc/systemd/system/kubeadm-ha-approve.service", "[Service]\n"],
  ["/usr/local/lib/kubeadm-ha/approve.sh", "exit\n"],
  ["/run/kubeadm-ha/control-plane-join/input/pki/ca.key", "KEY\n"],
  ["/run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/16\n"],
  ["/run/netns/cni-1", ""],
  ["/var/lib/cni/networks/x", ""],
  ["/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", "images\n"],
  ["/var/lib/containerd/kubeadm-ha/0123", ""],
  ["/var/lib/etcd/member/wal/0.wal", "data\n"],
  ["/var/lib/kubeadm-ha/member", marker],
  ["/var/lib/kubeadm-ha/shared/ca.key", "KEY\n"],
  ["/var/lib/kubelet/config.yaml", "x\n"],
  ["/var/lib/kubelet/pki/kubelet.key", "KEY\n"],
  ["/var/log/kubernetes/audit/audit.log", "users\n"],
  ["/var/log/pods/kube-system_etcd/etcd/0.log", "x\n"],
  ["/var/log/kubeadm-ha/join.log", "x\n"],
  ["/sys/fs/cgroup/kubepods.slice/cgroup.procs", "4194305\n4194306\n"],
];

/** A machine with these files, and the CA in the input. */
export function machineWith(files: [string, string, number?][], programs: Record<string, string> = {}) {
  const machine = new Elsewhere(programs);
  for (const [path, text, mode] of files) machine.write(path, text.replace("=/var", `=${machine.root}/var`), mode);
  machine.input("pki/ca.crt", ca);
  return machine;
}

/** A control plane on a machine that others have used before. */
export function controlPlane(programs: Record<string, string> = {}) {
  const machine = machineWith(theirs, programs);
  const before = machine.files();
  const { status, stderr } = machine.run(reset, joining);
  expect(status, stderr).toBe(0);
  for (const [path, text, mode] of running) machine.write(path, text.replace("=/var", `=${machine.root}/var`), mode);
  return { machine, before };
}

/** What may stay, apart from what was there before. */
export const stays = (file: string) => !/^\/(proc|sys)\/|^\/var\/log\/kubeadm-ha\//.test(file);
/** What is there, apart from that. */
export const left = (machine: Elsewhere) => machine.files().filter(stays);
