import { createPrivateKey } from "node:crypto";
import { isPath } from "./certificates";
import type { Problem } from "./problems";

/** What is known of a text that is to be a private key for SSH. */
interface SshKey {
  /**
   * What keeps it from being one, without a word of it.
   * @default nothing
   */
  wrong?: string;
  /**
   * Whether it takes a passphrase to read it.
   * @default false
   */
  encrypted?: boolean;
}

const expected = "expected: what is in the file of the private key, -----BEGIN OPENSSH PRIVATE KEY----- and so on";

/** Reads a private key in the forms that Pulumi's command provider and ssh(1) both take, as far as it is readable. */
function readSshKey(text: string): SshKey {
  const wrong = (what: string): SshKey => ({ wrong: `${what}; ${expected}` });
  if (isPath(text.trim())) return wrong("is the path of a file");
  if (/^\s*(ssh-|ecdsa-|sk-)\S+ AAAA|-----BEGIN (\w+ )?PUBLIC KEY-----/.test(text)) return wrong("is a public key");
  if (/^\s*PuTTY-User-Key-File/.test(text))
    return wrong("is in PuTTY's form; 'puttygen FILE -O private-openssh' reads it");
  const [, kind, rest] = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----(.*)/s.exec(text) ?? [];
  if (rest === undefined) return wrong("is not a private key");
  if (/^(\\r)?\\n/.test(rest)) return wrong("has \\n as two characters where its lines end");
  if (!/^\s*\n/.test(rest)) return wrong("has lost the ends of its lines");
  const [, body] = /^\s*(.*?)\s*-----END ([A-Z]+ )?PRIVATE KEY-----/s.exec(rest) ?? [];
  if (body === undefined) return wrong("has lost its end");
  if (kind === "ENCRYPTED ")
    return { wrong: "is encrypted in a form that is not read here; 'ssh-keygen -p -f FILE' gives it another" };
  if (kind === "OPENSSH ") return readOpenSsh(Buffer.from(body, "base64")) ?? wrong("is broken");
  if (/^Proc-Type: 4,ENCRYPTED/.test(body)) return { encrypted: true };
  try {
    createPrivateKey(text);
    return {};
  } catch {
    return wrong("is broken");
  }
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function readOpenSsh(bytes: Buffer): SshKey | undefined {
  const magic = "openssh-key-v1\0";
  if (bytes.subarray(0, magic.length).toString("latin1") !== magic) return undefined;
  let at = magic.length;
  const field = () => {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError("a field is longer than what is left");
    const content = bytes.subarray(at + 4, end);
    at = end;
    return content;
  };
  try {
    const cipher = field().toString("latin1");
    field();
    field();
    // The number of keys, before the public one and the private one.
    at += 4;
    field();
    field();
    return cipher === "none" ? {} : { encrypted: true };
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with a private key at a path, and with its passphrase at another one; no message has either. Whether it
 * has one may be known later.
 */
export function sshKeyProblems(
  key: string,
  hasPassphrase: boolean | undefined,
  path: string,
  passphrasePath: string,
): Problem[] {
  const { wrong, encrypted = false } = readSshKey(key);
  if (wrong !== undefined) return [{ path, message: wrong }];
  if (encrypted && hasPassphrase === false)
    return [{ path, message: `is encrypted; set ${passphrasePath}, or take a key without a passphrase` }];
  if (encrypted || !hasPassphrase) return [];
  return [{ path: passphrasePath, message: "the key is not encrypted; leave its passphrase out" }];
}
