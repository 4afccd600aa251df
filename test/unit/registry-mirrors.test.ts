import { expect, test } from "vitest";
import { shell } from "../support/shell";

/** Places containerd's files, after LINES; says whether there was anything to do, and what is in place. */
const place = (mirrors: Record<string, string>, lines = "") =>
  shell(
    `containerd_hosts() { echo "$there/hosts/$1/hosts.toml"; }
     CONTAINERD_DROP_IN=$there/proxy.conf
     software_put() { { [ "$2" != /etc/containerd/config.toml ] || return 0; } && put "$@"; }
     ${lines}
     containerd_hosts_differ && echo differs || echo same
     containerd_place "$INPUT/config.toml"
     containerd_hosts_differ && echo differs || echo same
     grep -r . "$there/hosts" | sed "s|$there/hosts/||" | sort`,
    {
      libraries: ["containerd"],
      input: Object.fromEntries(Object.entries(mirrors).map(([name, text]) => [`software/certs.d/${name}`, text])),
      before: `mkdir -p "$INPUT/software" "$there/hosts"; echo >"$INPUT/config.toml"`,
    },
  );

const former = (name: string) =>
  `mkdir -p "$there/hosts/${name}"; echo old >"$there/hosts/${name}/hosts.toml"; echo ${name} >>"$STATE/mirrors"`;

test("a mirror that is new or another is brought; then there is nothing to do", () => {
  const { stdout, stderr } = place({ "docker.io": "new\n", "ghcr.io": "old\n" }, former("docker.io"));
  expect(stdout, stderr).toBe("differs\nsame\ndocker.io/hosts.toml:new\nghcr.io/hosts.toml:old\n");
});

test("one that is not configured any more goes, and one of somebody else's stays", () => {
  const own = 'mkdir -p "$there/hosts/quay.io"; echo own >"$there/hosts/quay.io/hosts.toml"';
  const { stdout, stderr } = place({}, `${former("ghcr.io")}; ${own}`);
  expect(stdout, stderr).toBe("differs\nsame\nquay.io/hosts.toml:own\n");
});

test("where nothing changed nothing is to do", () => {
  expect(place({ "ghcr.io": "old\n" }, former("ghcr.io")).stdout).toMatch(/^same\nsame\n/);
});
