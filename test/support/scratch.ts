import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One directory for all that a run of the tests, and whatever it starts, puts aside for a moment: TMPDIR is set before
 * any worker begins, and the directory is gone when the run has ended, however it did. So no test leaves anything in
 * /tmp.
 */
export function setup(): (() => void) | undefined {
  // Each project of vitest's asks for it; the first one makes it.
  if (process.env.KUBEADM_HA_SCRATCH) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-test-"));
  process.env.KUBEADM_HA_SCRATCH = directory;
  process.env.TMPDIR = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
