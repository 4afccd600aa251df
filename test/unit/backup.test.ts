import { describe, expect, test } from "vitest";
import { shell } from "../support/shell";

const run = (lines: string, programs: Record<string, string> = {}) =>
  shell(`BACKUP=$STATE/backup\nbackup_drop\n${lines}`, {
    libraries: ["backup"],
    input: { new: "new\n", other: "other\n" },
    before: `mkdir -p "$there/etc"; echo old >"$there/etc/a"; chmod 640 "$there/etc/a"`,
    programs,
  });

describe("what a roll-out replaces", () => {
  test("is put back with its mode, and what was not there before goes", () => {
    const { status, stdout, stderr } = run(`
      backup_replace "$INPUT/new" "$there/etc/a" 0600
      backup_replace "$INPUT/new" "$there/etc/b"
      cat "$there/etc/a" "$there/etc/b"
      echo kubelet 1.36.3 >"$BACKUP/packages"
      backup_targets | sed "s|$there||"
      backup_restore $(backup_targets)
      cat "$there/etc/a"; stat -c %a "$there/etc/a"; ls -A "$there/etc"`);
    expect(stderr).toBe("");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "new\nnew\n/etc/a\n/etc/b\nold\n640\na\n" });
  });

  test("is the one of before, however often it is replaced until it is verified", () => {
    const { stdout } = run(`
      backup_replace "$INPUT/new" "$there/etc/a"; backup_replace "$INPUT/other" "$there/etc/a"
      backup_restore "$there/etc/a"; cat "$there/etc/a"
      backup_is_unverified && echo unverified; backup_drop; backup_is_unverified || echo verified`);
    expect(stdout).toBe("old\nunverified\nverified\n");
  });

  test("is on disk before anything is replaced: an empty copy would be put back for it after a crash", () => {
    const { status, stdout } = run(`backup_replace "$INPUT/new" "$there/etc/a"; sed "s|$there||g" "$there/order"`, {
      sync: 'echo "sync $* with $(cat "$there/etc/a")" >>"$there/order"',
    });
    expect(status).toBe(0);
    expect(stdout).toBe(
      "sync /state/backup/etc/a.new with old\nsync -f /state/backup with old\nsync -f /state with old\n",
    );
  });

  test("stays where no copy can be kept", () => {
    const { status, stderr, read } = run('backup_replace "$INPUT/new" "$there/etc/a"', { sync: "exit 1" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: could not keep a copy of .*\/etc\/a on /);
    expect(read("etc/a")).toBe("old\n");
  });
});

test("a roll-out that version 0.1 began is gone on with", () => {
  const { status, stdout } = shell(`BACKUP=$STATE/backup; backup_adopt; backup_targets; ls "$STATE"`, {
    libraries: ["backup"],
    before: `mkdir "$STATE/former"; for f in config.yaml etcd.yaml; do echo "$f" >"$STATE/former/$f"; done; BACKUP=$STATE/backup`,
  });
  expect(status).toBe(0);
  expect(stdout).toBe("/etc/kubernetes/manifests/etcd.yaml\n/var/lib/kubelet/config.yaml\nbackup\nbefore\n");
});
