import { describe, expect, test } from "vitest";
import { Elsewhere } from "../support/elsewhere";

const place = 'mkdir -p "$INPUT"; echo ours >"$INPUT/a"; STATE=/var/lib/kubeadm-ha\n';
const putBack = (machine: Elsewhere, lines: string) => machine.run(["shell/before"], `${place}${lines}`);

describe("what was there before a file of ours", () => {
  test("comes back with its mode; what was not there goes, with directories that were made for it", () => {
    const machine = new Elsewhere();
    machine.write("/etc/containerd/config.toml", "theirs\n", 0o640);
    const { status, stderr } = putBack(
      machine,
      `place "$INPUT/a" /etc/containerd/config.toml
       place "$INPUT/a" /etc/containerd/certs.d/docker.io/hosts.toml 0600
       place "$INPUT/a" /usr/local/bin/runc 0755
       mkdir -p /etc/cni; echo others >/etc/cni/theirs; place "$INPUT/a" /etc/cni/net.d/ours
       cat /etc/containerd/config.toml >&2
       before_put_back`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "ours\n" });
    expect(machine.below("/etc")).toEqual(["cni", "cni/theirs", "containerd", "containerd/config.toml"]);
    expect(machine.below("/usr")).toEqual([]);
    expect(machine.files()).toContain("/etc/containerd/config.toml 640 theirs|");
  });

  test("is the first of all, however often it is replaced, and a link is a link", () => {
    const machine = new Elsewhere();
    const { status, stderr } = putBack(
      machine,
      `mkdir -p /etc/systemd/system; ln -s /dev/null /etc/systemd/system/containerd.service
       place "$INPUT/a" /etc/systemd/system/containerd.service; echo more >>"$INPUT/a"
       place "$INPUT/a" /etc/systemd/system/containerd.service
       before_put_back`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(machine.files()).toContain("/etc/systemd/system/containerd.service -> /dev/null");
  });

  test("is put back once: what is changed after that stays", () => {
    const machine = new Elsewhere();
    machine.write("/etc/a", "theirs\n");
    putBack(machine, 'place "$INPUT/a" /etc/a; place "$INPUT/a" /etc/b; before_put_back');
    machine.write("/etc/a", "theirs again\n");
    machine.write("/etc/b", "new\n");
    expect(putBack(machine, "before_put_back").status).toBe(0);
    expect(machine.files()).toEqual(expect.arrayContaining(["/etc/a 644 theirs again|", "/etc/b 644 new|"]));
  });

  test("is not asked of what is the same already: that is theirs, and stays", () => {
    const machine = new Elsewhere();
    machine.write("/etc/a", "ours\n");
    putBack(machine, 'place "$INPUT/a" /etc/a || true; before_put_back');
    expect(machine.files()).toContain("/etc/a 644 ours|");
  });

  test("comes back at some paths alone", () => {
    const machine = new Elsewhere();
    putBack(machine, 'for f in a/b a/c ab c; do place "$INPUT/a" /etc/$f; done; before_put_back /etc/a');
    expect(machine.below("/etc")).toEqual(["ab", "c"]);
  });

  test("is on disk before anything is replaced", () => {
    const machine = new Elsewhere({ sync: 'cat "$there/root/etc/a" >>$there/calls' });
    machine.write("/etc/a", "theirs\n");
    putBack(machine, 'place "$INPUT/a" /etc/a');
    expect(machine.read("calls")).toMatch(/^sync -f .*\/var\/lib\/kubeadm-ha\ntheirs\n$/);
  });
});

test("a machine that an earlier version made has no notes of what may be that version's own", () => {
  const machine = new Elsewhere();
  machine.write("/etc/sysctl.d/90-kubeadm-ha.conf", "");
  machine.write("/etc/containerd/config.toml", "of an earlier version\n");
  putBack(machine, 'place "$INPUT/a" /etc/containerd/config.toml; place "$INPUT/a" /etc/new; before_put_back');
  expect(machine.files()).toContain("/etc/containerd/config.toml 644 ours|");
  expect(machine.below("/etc")).not.toContain("new");
  expect(putBack(machine, "before_is_known").status).toBe(1);
  const fresh = new Elsewhere();
  expect(putBack(fresh, 'place "$INPUT/a" /etc/sysctl.d/90-kubeadm-ha.conf; before_is_known').status).toBe(0);
});

test("a note starts no program where there is none to take, and there is none of what a reset removes whole", () => {
  const machine = new Elsewhere({ cp: "", mkdir: 'exec /bin/mkdir "$@"' });
  putBack(
    machine,
    "note_before /etc/kubernetes/pki/ca.crt; note_before /etc/a; note_before /etc/b; note_before /etc/a",
  );
  expect(
    machine
      .read("calls")
      .split("\n")
      .filter((line) => line.includes("before/")).length,
  ).toBe(1);
  expect(machine.below("/var/lib/kubeadm-ha/before").filter((name) => name.endsWith(".absent")).length).toBe(3);
});
