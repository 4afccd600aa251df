import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { packageSources } from "../../../components/software/files";
import { InstallMode } from "../../../components/software/options";
import { below } from "../../../components/values/shell-words";
import type { Lab } from "../../support/lab";
import { stepText } from "../../support/step";

const components = join(__dirname, "../../../components");

/** The way by dnf, on a machine of no role: the real dnf and rpm, and programs that only play their part. */
export function installsByDnf(lab: Lab, machine: string, proxy: () => string): void {
  let fingerprint: string;

  beforeAll(async () => {
    const script = readFileSync(join(__dirname, "rpm-repositories.sh"), "utf8");
    const environment = `export http_proxy=${proxy()}`;
    fingerprint = (await lab.on(machine, `${environment}; bash -s -- 1.36.3`, { input: script, deadline: 600 })).trim();
  });

  /** Runs the step, and gives its status and what it said. */
  const prepare = async (keyFingerprint: string) => {
    const install = {
      mode: InstallMode.Packages,
      repository: "file:///srv/kubernetes",
      keyFingerprint,
      containerdVersion: "2.2",
      containerdRepository: "file:///srv/docker",
      containerdKeyFingerprint: fingerprint,
    };
    const input = stepText(
      "software/stage.sh",
      below("software", {
        way: "packages\n",
        "sources.env": packageSources(install),
        "images.env": "IMAGE_REPOSITORY=\n",
        "containerd-2.toml": "version = 2\n",
        "containerd-3.toml": "version = 3\n",
        "05-kubeadm-ha.conf": readFileSync(join(components, "software/units/05-kubeadm-ha.conf"), "utf8"),
      }),
    );
    const said = await lab.on(machine, "{ bash -s -- 1.36.3 && echo DONE; } 2>&1 || true", { input, deadline: 600 });
    return { done: said.endsWith("DONE\n"), said };
  };
  const installed = () => lab.on(machine, "rpm -qa --qf '%{NAME} %{VERSION}\\n' | grep -v gpg-pubkey | sort || true");

  test("a key with another fingerprint is refused before anything is installed", async () => {
    const { done, said } = await prepare("0".repeat(40));
    expect(done, said).toBe(false);
    expect(said).toContain(`has the fingerprint ${fingerprint}; nothing was installed`);
    expect(await installed()).toBe("");
  });

  test("the versions that were asked for are installed, and no upgrade takes others", async () => {
    const { done, said } = await prepare(fingerprint);
    expect(done, said).toBe(true);
    const expected = [
      "containerd.io 2.2.2",
      "cri-tools 1.36.0",
      "kubeadm 1.36.3",
      "kubectl 1.36.3",
      "kubelet 1.36.3",
      "kubernetes-cni 1.8.0",
    ];
    expect((await installed()).trim().split("\n")).toEqual(expected);
    await lab.on(machine, "dnf -y upgrade");
    expect((await installed()).trim().split("\n")).toEqual(expected);
    expect(await lab.on(machine, "cat /etc/containerd/config.toml")).toBe("version = 3\n");
  });

  test("another run finds all in place", async () => {
    await lab.on(machine, "mv /srv /srv.gone");
    const { done, said } = await prepare(fingerprint);
    expect(done, said).toBe(true);
    expect(said).toContain("are in place");
  });

  test("a package that the key did not sign is refused", async () => {
    await lab.on(
      machine,
      "mv /srv.gone /srv; dnf -y remove kubectl; rpmsign --delsign /srv/kubernetes/v1.36/rpm/kubectl-1.36.3*.rpm; createrepo_c -q /srv/kubernetes/v1.36/rpm; dnf -q clean all",
      { deadline: 120 },
    );
    const { done, said } = await prepare(fingerprint);
    expect(done, said).toBe(false);
    expect(said).toMatch(/kubectl.* is not signed/);
    expect(await installed()).not.toContain("kubectl");
  });
}
