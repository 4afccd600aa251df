import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A new key pair in OpenSSH's form, the public one without a comment. By ssh-keygen: of those that ssh2 makes, one in
 * 270 is malformed.
 */
export function newSshKey(): { private: string; public: string } {
  const directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-key-"));
  try {
    const file = join(directory, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
    return { private: readFileSync(file, "utf8"), public: readFileSync(`${file}.pub`, "utf8").trim() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
