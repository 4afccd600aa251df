import { describe, expect, test } from "vitest";
import { shell } from "../support/shell";

const url = "https://pkgs.k8s.io/core:/stable:/v1.36/deb/";
const key = "AAAA";
/** A gpg to which a keyring is the fingerprint that it says. */
const gpg = 'for file; do :; done\nprintf "pub:\\nfpr:::::::::%s:\\n" "$(cat "$file")"\n';

/** The keyring by which the repository is named on a machine that has these sources. */
function keyring(sources: Record<string, string>) {
  const { status, stdout, stderr } = shell(
    `APT_SOURCES=$INPUT/sources.list.d APT_LIST=$INPUT/sources.list
     printf AAAA >$there/theirs.gpg; printf BBBB >$there/other.gpg
     for file in $APT_SOURCES/* $APT_LIST; do [ ! -f "$file" ] || sed -i "s|THERE|$there|" "$file"; done
     software_apt_keyring ${url} ${key} OURS | sed "s|$there|THERE|"; exit \${PIPESTATUS[0]}`,
    { libraries: ["software-packages"], input: sources, programs: { gpg } },
  );
  return { status, keyring: stdout.trim(), said: stderr };
}

const oneLine = (options: string) => `# deb ${url} /\ndeb ${options}https://pkgs.k8s.io/core:/stable:/v1.36/deb /\n`;
const stanza = (more: string) => `Types: deb\nURIs: ${url}\nSuites: /\n${more}`;

describe("a repository that a machine may have already", () => {
  test.each([
    ["none", {}],
    ["another repository", { "sources.list": "deb [signed-by=/k.gpg] http://deb.debian.org/debian bookworm main\n" }],
    ["another minor's", { "sources.list.d/a.list": `deb [signed-by=/k.gpg] ${url.replace("1.36", "1.35")} /\n` }],
    ["one that is commented out", { "sources.list.d/a.list": `# deb [signed-by=/k.gpg] ${url} /\n` }],
    ["one that is switched off", { "sources.list.d/a.sources": stanza("Signed-By: THERE/other.gpg\nEnabled: no\n") }],
    ["our own", { "sources.list.d/kubeadm-ha-kubernetes.sources": stanza("Signed-By: /etc/apt/keyrings/x\n") }],
  ])("is named by our keyring: %s", (_, sources) => {
    expect(keyring(sources)).toEqual({ status: 0, keyring: "OURS", said: "" });
  });

  test.each([
    ["a line", { "sources.list.d/kubernetes.list": oneLine("[arch=amd64 signed-by=THERE/theirs.gpg] ") }],
    ["a line of sources.list", { "sources.list": oneLine("[signed-by=THERE/theirs.gpg] ") }],
    [
      "a stanza",
      { "sources.list.d/k8s.sources": `${stanza("Signed-By: THERE/theirs.gpg\n")}\n${stanza("Enabled: no\n")}` },
    ],
  ])("is named by theirs, if that holds the same key: %s", (_, sources) => {
    expect(keyring(sources)).toEqual({ status: 0, keyring: "THERE/theirs.gpg", said: "" });
  });

  test.each([
    ["another key", oneLine("[signed-by=THERE/other.gpg] "), "other.gpg"],
    ["a keyring that is not there", oneLine("[signed-by=/nowhere.gpg] "), "/nowhere.gpg"],
    ["none", oneLine(""), "no keyring of its own"],
  ])("is refused with %s, before apt refuses every repository of the machine", (_, line, found) => {
    const { status, said } = keyring({ "sources.list.d/kubernetes.list": line });
    expect(status).toBe(1);
    expect(said).toContain("sources.list.d/kubernetes.list of ");
    expect(said).toContain(found);
    expect(said).toContain(`expected: none, or one by a keyring with the key ${key} alone`);
  });
});

test("a package that no repository has is said to be one", () => {
  const newest = (madison: string) =>
    shell("software_apt_newest kubeadm 1.36.3", {
      libraries: ["software-packages"],
      programs: { "apt-cache": madison, dpkg: "exit 1" },
    }).stderr;
  expect(newest("exit 0")).toContain("expected: a repository that has kubeadm\n");
  expect(newest('echo " kubeadm | 1.36.2-1.1 | https://x  Packages"')).toContain("expected: one of: 1.36.2-1.1\n");
});
