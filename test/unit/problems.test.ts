import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { problemText } from "../../components/values/problems";
import { parsed } from "../../config";
import { labConfig, staticConfig } from "../support/fixtures";
import { problems } from "../support/problems";

const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const body = pem.split("\n")[1];
const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAAC\n${body}\n`;
const written: [string, string][] = [
  ["PEM", pem],
  ["PEM, its lines ended by \\n as two characters", pem.replaceAll("\n", "\\n")],
  ["OpenSSH's form", openssh],
  ["OpenSSH's form without its first line", openssh.replace(/.*\n/, "")],
  ["PuTTY's form", `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${body}\n`],
];

describe("a private key is in no message, wherever it was written", () => {
  const [first, ...others] = staticConfig.machines.controlPlanes;
  const machine = (fields: object) => ({
    ...staticConfig,
    machines: { ...staticConfig.machines, controlPlanes: [{ ...first, ...fields }, ...others] },
  });
  const cluster = (options: object) => ({ ...labConfig, cluster: { ...labConfig.cluster, ...options } });
  test.each(written)("%s", (_, key) => {
    for (const raw of [
      machine({ hostKey: key }),
      machine({ address: key }),
      machine({ zone: key }),
      cluster({ podCidr: key }),
      cluster({ cni: key }),
      cluster({ extraSans: [key] }),
    ]) {
      const text = problems(raw).join("\n");
      expect(text).toMatch(/problem/);
      expect(text).not.toContain(body);
    }
    expect(problems(machine({ hostKey: key }))[1]).toMatch(
      /^ {2}machines\.controlPlanes\[0\]\.hostKey: "<a private key>" is not a public host key; expected: one line/,
    );
  });
});

test("a password of an address is in no message", () => {
  const [, line] = problemText([{ path: "a", message: '"htp://me:s3/cr et@example.com/x" is no address' }]).split("\n");
  expect(line).toBe('  a: "htp://…@example.com/x" is no address');
});

test("what could not be read as JSON is not repeated", () => {
  for (const text of ["[s3cret", '{"key": "value" s3cret}', '{"key": s3cret}']) {
    const [, [{ message }]] = parsed([["authorities", text]]);
    expect(message).toMatch(/^is not valid JSON \(\w/);
    expect(message).not.toContain("s3cret");
  }
});
