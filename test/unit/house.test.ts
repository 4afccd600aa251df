import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../../components/remote/sources";

const root = join(__dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter(Boolean);
const typescript = tracked.filter((file) => file.endsWith(".ts") && !file.startsWith("test/"));
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** Paths of this project that a file imports, and names of packages. */
function imports(file: string): string[] {
  return [...text(file).matchAll(/^(?:import|export)[^;]*?from "([^"]+)";/gms)].map(([, name]) =>
    name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : name,
  );
}

/** The folder at the top, or the room below `components/`. */
const place = (path: string) =>
  /^components\/([^/]+)\//.exec(path)?.[1] ??
  /^(config|sources|lab|examples|plugin|components)(\/|$)/.exec(path)?.[1] ??
  path;

/** What everybody may lean on. */
const leaves = ["machine", "values"];
/** The rooms, those above that compose them apart. */
const rooms = readdirSync(join(root, "components"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "cluster" && entry.name !== "shell")
  .map(({ name }) => name);
/** Who may import what, beside itself. */
const allowed: Record<string, string[]> = {
  "index.ts": ["config", "sources", "components"],
  "config.ts": ["config", "sources", "values"],
  config: ["config.ts", "sources", "components", "cluster", "values"],
  sources: ["lab", "components", "machines", "kubeadm", ...leaves],
  lab: ["components", "remote", "kubeadm", "software", ...leaves],
  examples: ["components"],
  plugin: ["components"],
  // The public surface.
  components: ["cluster", ...rooms],
  cluster: rooms,
  ...Object.fromEntries(rooms.map((room) => [room, [...leaves, "remote", "kubeadm"]])),
  remote: leaves,
  kubeadm: leaves,
  machine: ["values"],
  values: [],
};

describe("who may import what", () => {
  test.each(typescript)("%s", (file) => {
    const from = place(file);
    const places = imports(file)
      .filter((name) => tracked.some((known) => [`${name}.ts`, `${name}/index.ts`, name].includes(known)))
      .map((name) => (name === "config" && from !== "index.ts" ? "config.ts" : place(name)));
    const foreign = places.filter((to) => to !== from && !(allowed[from] ?? []).includes(to));
    expect([...new Set(foreign)]).toEqual([]);
  });

  test("renderers import nothing of Pulumi", () => {
    const renderers = typescript.filter(
      (file) => /^components\/(kubeadm|values)\//.test(file) || imports(file).includes("yaml"),
    );
    expect(renderers).toContain("components/kubeadm/configuration.ts");
    expect(renderers).toContain("components/network/flannel/flannel.ts");
    for (const file of renderers) {
      const values = text(file).matchAll(/^import (?!type )[^;]*from "(@pulumi[^"]*)"/gms);
      expect(
        [...values].map(([, name]) => name),
        file,
      ).toEqual([]);
    }
  });

  test("only machines/aws/ names @pulumi/aws, and only by the services it needs; nothing else names what does", () => {
    const users = typescript.filter((file) => imports(file).some((name) => name.startsWith("@pulumi/aws")));
    expect(users).not.toEqual([]);
    for (const file of users) {
      expect(file).toMatch(/^components\/machines\/aws\//);
      expect(imports(file)).not.toContain("@pulumi/aws");
    }
    // The public surface of AWS is an import of its own.
    const parts = typescript.filter((file) => /^components\/(machines\/aws\/|aws\.ts$)/.test(file));
    const reach = (file: string, found: string[] = []): string[] => {
      for (const part of imports(file).map((name) => `${name}.ts`))
        if (parts.includes(part) && !found.includes(part)) {
          found.push(part);
          reach(part, found);
        }
      return found;
    };
    for (const file of typescript.filter((other) => !parts.includes(other)))
      expect(
        reach(file).filter((part) => users.includes(part)),
        file,
      ).toEqual([]);
  });

  test("remote/ alone names command.remote and command.local", () => {
    const users = typescript.filter((file) => imports(file).includes("@pulumi/command"));
    expect(users).not.toEqual([]);
    // An example is a program of its own.
    expect(users.filter((file) => !["remote", "examples"].includes(place(file)))).toEqual([]);
  });

  test("only config.ts reads the configuration", () => {
    const readers = typescript.filter((file) => /new pulumi\.Config|allConfig/.test(text(file)));
    // An example is a program of its own.
    expect(readers.filter((file) => !file.startsWith("examples/"))).toEqual(["config.ts"]);
  });
});

test("no file is over about 250 lines", () => {
  const long = tracked
    .filter((file) => /\.(ts|mts|go|sh)$/.test(file))
    .map((file) => [file, text(file).split("\n").length] as const)
    .filter(([, lines]) => lines > 260);
  expect(long).toEqual([]);
});

test("no line is over 120 columns; in tests, no line of a comment", () => {
  const shell = tracked.filter((file) => file.endsWith(".sh") || /^#!.*\bbash\n/.test(text(file)));
  const lines = (files: string[], pattern: RegExp) =>
    files.flatMap((file) =>
      text(file)
        .split("\n")
        // An address cannot be broken.
        .filter((line) => line.length > 120 && pattern.test(line) && !/^\s*(#|\/\/|\*) https?:\/\/\S+$/.test(line))
        .map((line) => `${file}: ${line}`),
    );
  // What lab/machine/ holds is the name of the machine image.
  const long = lines(
    [...shell.filter((file) => !file.startsWith("lab/machine/")), ...typescript, "vitest.config.mts"],
    /^/,
  );
  const tests = tracked.filter((file) => /^test\/.*\.ts$/.test(file));
  expect([...long, ...lines(tests, /^\s*(\/\/|\/?\*)/)]).toEqual([]);
});

test("component types are what a component package registers: kubeadm-ha:index:<Class>", () => {
  for (const file of typescript.filter((name) => name.startsWith("components/") || name.startsWith("lab/"))) {
    const classes = [...text(file).matchAll(/class (\w+) extends pulumi\.ComponentResource/g)].map(([, name]) => name);
    const tokens = [...text(file).matchAll(/super\(\s*"([^"]+)"/g)].map(([, token]) => token);
    expect(tokens, file).toEqual(classes.map((name) => `kubeadm-ha:index:${name}`));
  }
});

/** Programs that scripts run, or might: POSIX's utilities, and those of a node. */
const programs =
  "kubectl kubeadm kubelet etcd etcdctl apt dpkg dnf rpm containerd ctr runc haproxy nginx keepalived systemctl openssl curl ip ss nft ssh " +
  "awk basename cat chmod cmp comm cp cut date df diff dirname env find flock grep head hostname id install join kill link ln ls mkdir " +
  "mktemp mount mv nl paste printf ps read rm sed sha256sum sleep sort split stat sync tail tar tee test timeout touch tr tsort uniq wait wc xargs";

describe("shell", () => {
  const scripts = tracked.filter((file) => /^(components|lab\/machines)\/.*\.sh$/.test(file));
  const isLibrary = (file: string) => /Sourced,\s+(# )?never run/.test(text(file));
  const libraries = scripts.filter(isLibrary);
  const functions = (file: string) => [...text(file).matchAll(/^(\w+)\(\) \{/gm)].map(([, name]) => name);

  test("every script that runs on a machine is strict and ends in main with no standard input", () => {
    for (const file of scripts.filter((name) => !isLibrary(name))) {
      expect(text(file), file).toMatch(/^set -euo pipefail$/m);
      expect(text(file).trimEnd(), file).toMatch(/^main "\$@" <\/dev\/null$/m);
    }
  });

  test("shell/ has libraries only, and a script loads those, its own room's and remote/'s", () => {
    for (const file of scripts.filter((name) => name.startsWith("components/"))) {
      const path = relative("components", file);
      if (path.startsWith("shell/")) expect(isLibrary(file), file).toBe(true);
      for (const needed of needs(path, text(file)))
        expect(["shell", "remote", path.split("/")[0]], `${file} needs ${needed}`).toContain(needed.split("/")[0]);
    }
  });

  test("a library's functions begin with its name; the loader's are the words that all speak in", () => {
    for (const file of libraries.filter((name) => !name.endsWith("/load.sh"))) {
      const name = file.replace(/^.*\/|\.sh$/g, "").replaceAll("-", "_");
      // What goes together may share its first word.
      const first = name.split("_")[0];
      for (const each of functions(file)) expect(each, file).toMatch(new RegExp(`^(${name}|${first})(_|$)`));
    }
  });

  test("no function of a library has another's name, and no function that of a program", () => {
    const known = libraries.flatMap((file) => functions(file));
    expect(known.filter((name, i) => known.indexOf(name) !== i)).toEqual([]);
    for (const file of scripts) {
      const own = functions(file);
      // What travels by itself loads nothing.
      if (!isLibrary(file) && text(file).includes("load.sh"))
        expect(
          own.filter((name) => known.includes(name)),
          file,
        ).toEqual([]);
      expect(
        own.filter((name) => programs.split(" ").includes(name)),
        file,
      ).toEqual([]);
    }
  });

  test("what a step loads is all that it calls", () => {
    const home = Object.fromEntries(libraries.flatMap((file) => functions(file).map((name) => [name, file])));
    const reach = (path: string, found = new Set<string>()): Set<string> => {
      if (found.has(path)) return found;
      found.add(path);
      for (const needed of needs(path, text(join("components", path)))) reach(needed, found);
      return found;
    };
    for (const file of scripts.filter((name) => name.startsWith("components/") && !isLibrary(name))) {
      const files = [...reach(relative("components", file))].map((path) => join("components", path));
      const calls = files.flatMap((each) =>
        text(each)
          .split("\n")
          .filter((line) => !/^\s*#/.test(line))
          .flatMap((line) => line.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g) ?? []),
      );
      const missing = calls.filter((name) => home[name] !== undefined && !files.includes(home[name]));
      expect([...new Set(missing)], file).toEqual([]);
    }
  });
});
