import { expect, test } from "vitest";
import { shell } from "../support/shell";

/** Places containerd's files, after LINES; says whether there was anything to do, and what is in place. */
const place = (files: Record<string, string>, lines = "") =>
  shell(
    `CONTAINERD_CERTS=$there/hosts CONTAINERD_DROP_IN=$there/proxy.conf
     software_put() { { [ "$2" != /etc/containerd/config.toml ] || return 0; } && { is_in_place "$@" || put "$@"; }; }
     ${lines}
     containerd_hosts_differ && echo differs || echo same
     containerd_place "$INPUT/config.toml"
     containerd_hosts_differ && echo differs || echo same
     cd "$there/hosts"; find . -mindepth 1 -printf '%P\\n' | sort | while read -r file; do
       [ -d "$file" ] || echo "$file $(stat -c %a "$file") $(head -n 1 "$file")"; done
     find . -mindepth 1 -type d -empty`,
    {
      libraries: ["containerd"],
      input: Object.fromEntries(Object.entries(files).map(([name, text]) => [`software/certs.d/${name}`, text])),
      before: `mkdir -p "$INPUT/software" "$there/hosts"; echo >"$INPUT/config.toml"`,
    },
  );

const file = (path: string, text = "old") =>
  `mkdir -p "$(dirname "$there/hosts/${path}")"; echo ${text} >"$there/hosts/${path}"`;
/** A mirror as version 0.1 noted it. */
const former = (name: string) => `${file(`${name}/hosts.toml`)}; echo ${name} >>"$STATE/mirrors"`;
const noted = (path: string) => `${file(path)}; echo ${path} >>"$STATE/mirrors"`;

test("a mirror that is new or another is brought; then there is nothing to do", () => {
  const { stdout, stderr } = place(
    { "docker.io/hosts.toml": "new\n", "ghcr.io/hosts.toml": "old\n" },
    former("docker.io"),
  );
  expect(stdout, stderr).toBe("differs\nsame\ndocker.io/hosts.toml 644 new\nghcr.io/hosts.toml 644 old\n");
});

test("one that is not configured any more goes, and one of somebody else's stays", () => {
  const { stdout, stderr } = place({}, `${former("ghcr.io")}; ${file("quay.io/hosts.toml", "own")}`);
  expect(stdout, stderr).toBe("differs\nsame\nquay.io/hosts.toml 644 own\n");
});

test("where nothing changed nothing is to do", () => {
  expect(place({ "ghcr.io/hosts.toml": "old\n" }, former("ghcr.io")).stdout).toMatch(/^same\nsame\n/);
});

test("a CA goes with its registry, or alone; one that somebody put beside it stays", () => {
  const both = `${noted("a.test:5000/ca.crt")}; ${noted("a.test:5000/hosts.toml")}; ${noted("b.test/hosts.toml")}
    ${noted("b.test/ca.crt")}; ${file("b.test/theirs.crt", "own")}`;
  const { stdout, stderr } = place({ "b.test/hosts.toml": "old\n" }, both);
  expect(stdout, stderr).toBe("differs\nsame\nb.test/hosts.toml 644 old\nb.test/theirs.crt 644 own\n");
});

test("what logs in is for root to read, and one that is not yet is put right", () => {
  const login = "[header]\n  Authorization = 'Basic eDp5'\n";
  const readable = `mkdir -p "$there/hosts/a.test"; cp "$INPUT/software/certs.d/a.test/hosts.toml" "$there/hosts/a.test"
    chmod 644 "$there/hosts/a.test/hosts.toml"`;
  const { stdout, stderr } = place({ "a.test/hosts.toml": login, "a.test/ca.crt": "CA\n" }, readable);
  expect(stdout, stderr).toBe("differs\nsame\na.test/ca.crt 644 CA\na.test/hosts.toml 600 [header]\n");
});

test("a CA is there before a file names it, and goes when none does any more", () => {
  const order = `put() { echo "put \${2#"$there/hosts/"}"; command install -D -m "$3" "$1" "$2"; }
    rm() { echo "rm \${2#"$there/hosts/"}"; command rm "$@"; }`;
  const { stdout } = place(
    { "a.test/hosts.toml": "new\n", "z.test/ca.crt": "CA\n", "z.test/hosts.toml": "new\n" },
    `${noted("b.test/ca.crt")}; ${noted("b.test/hosts.toml")}; ${order}`,
  );
  const steps = stdout.split("\n").filter((line) => /^(put|rm) .*\.(crt|toml)$/.test(line));
  expect(steps).toEqual([
    "put z.test/ca.crt",
    "put a.test/hosts.toml",
    "put z.test/hosts.toml",
    "rm b.test/hosts.toml",
    "rm b.test/ca.crt",
  ]);
});
