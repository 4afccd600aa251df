import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../support/process";

/** Why there can be no loop device on this machine; undefined where there can. */
export function whyNoDisk(): string | undefined {
  try {
    execFileSync("losetup", ["--find"], { encoding: "utf8", stdio: "pipe" });
    return process.getuid?.() === 0 ? undefined : "a loop device takes root";
  } catch (error) {
    return `no loop device: ${String(error).split("\n")[1] ?? error}`;
  }
}

/** A disk of 256 MB, by a loop device. */
export class Disk {
  private readonly directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-disk-"));
  private readonly file = join(this.directory, "disk");
  /** The device. */
  device = "";

  async begin(): Promise<void> {
    writeFileSync(this.file, "");
    truncateSync(this.file, 256 * 2 ** 20);
    this.device = (await output(["losetup", "--find", "--show", this.file])).trim();
  }

  async end(): Promise<void> {
    if (this.device) await output(["losetup", "--detach", this.device]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The SHA-256 of all that is on it. */
  content(): string {
    return createHash("sha256").update(readFileSync(this.device)).digest("hex");
  }
}
