import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { proxyFiles } from "../../../components/values/proxy";
import type { Lab } from "../../support/lab";
import { output } from "../../support/process";
import { stepText } from "../../support/step";
import type { Mirror } from "./mirror";

/** etcd for a machine of its own, from an archive as its releases have it. ROOT is what the mirror has. */
export function installsEtcd(lab: Lab, machine: string, root: string, mirror: () => { mirror: Mirror; proxy: string }) {
  const address = "http://packages.test/etcd.tar.gz";
  let sha256: string;

  beforeAll(async () => {
    const release = "etcd-v3.6.8-linux-amd64";
    mkdirSync(join(root, release));
    for (const program of ["etcd", "etcdctl"])
      copyFileSync(join(lab.facts.bundle.path, "bin", program), join(root, release, program));
    await output(["tar", "-C", root, "-czf", join(root, "etcd.tar.gz"), release]);
    sha256 = createHash("sha256")
      .update(readFileSync(join(root, "etcd.tar.gz")))
      .digest("hex");
  });

  const prepare = (sum: string) => {
    const settings = proxyFiles({ http: mirror().proxy });
    const input = stepText("software/etcd.sh", settings);
    return lab.on(machine, `bash -s -- archive ${address} ${sum} 2>&1 || true`, { input, deadline: 120 });
  };

  test("an archive with another checksum is refused before anything is installed", async () => {
    const said = await prepare("0".repeat(64));
    expect(said).toContain(`error: the archive at ${address} has SHA-256 ${sha256}; nothing was installed`);
    expect(await lab.on(machine, "command -v etcd || true")).toBe("");
  });

  test("etcd and etcdctl are installed, and another run fetches nothing", async () => {
    expect(await prepare(sha256)).toMatch(/has etcd 3\.6\.8 after \d+ s\n$/);
    expect(await lab.on(machine, "stat -c '%n %a %U' $(command -v etcd etcdctl); etcd --version")).toMatch(
      /^\/usr\/local\/bin\/etcd 755 root\n\/usr\/local\/bin\/etcdctl 755 root\netcd Version: 3\.6/,
    );
    const before = mirror().mirror.requests.length;
    expect(await prepare(sha256)).toContain(`etcd of ${address} is in place`);
    expect(mirror().mirror.requests.length).toBe(before);
  });
}
