import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { output } from "../../support/process";

/** A package as the repository has it. */
interface Package {
  name: string;
  version: string;
  depends?: string;
  /** Files by path below `/`: a file of the bundle to link, or a text. */
  files: Record<string, { from: string } | { text: string }>;
}

/** A repository of packages below a directory, and who signed it. */
export interface Repository {
  /** The fingerprint of the key. */
  fingerprint: string;
}

const unit = (exec: string, more = "") =>
  `[Unit]\nAfter=network-online.target\n[Service]\nExecStart=${exec}\nRestart=always\nRestartSec=10\n${more}[Install]\nWantedBy=multi-user.target\n`;

// https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/kubelet-integration/#the-kubelet-drop-in-file-for-systemd
const dropin = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

/**
 * The packages of the community's repository with the bundle's programs in them: names, versions and layout as there.
 */
function kubernetesPackages(bundle: string, version: string): Package[] {
  const program = (name: string) => ({ [`usr/bin/${name}`]: { from: join(bundle, "bin", name) } });
  const plugins = ["bridge", "host-local", "loopback", "portmap"];
  return [
    {
      name: "kubelet",
      version,
      depends: "iptables (>= 1.4.21), kubernetes-cni (>= 1.2.0), mount, util-linux",
      files: {
        ...program("kubelet"),
        "usr/lib/systemd/system/kubelet.service": { text: unit("/usr/bin/kubelet", "StartLimitInterval=0\n") },
      },
    },
    {
      name: "kubeadm",
      version,
      depends: "cri-tools (>= 1.30.0)",
      files: { ...program("kubeadm"), "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": { text: dropin } },
    },
    { name: "kubectl", version, files: program("kubectl") },
    // Nothing that kubeadm does here asks crictl for anything.
    { name: "cri-tools", version: "1.36.0-1.1", files: { "usr/bin/crictl": { text: "#!/bin/sh\nexit 1\n" } } },
    {
      name: "kubernetes-cni",
      version: "1.8.0-1.1",
      // Without flannel's, which is not among them.
      files: Object.fromEntries(plugins.map((name) => [`opt/cni/bin/${name}`, { from: join(bundle, "cni", name) }])),
    },
  ];
}

/** Docker's package of containerd, whose configuration switches CRI off. */
function dockerPackages(bundle: string): Package[] {
  const programs = ["containerd", "containerd-shim-runc-v2", "ctr", "runc"];
  return [
    {
      name: "containerd.io",
      version: "2.2.2-1~debian.12~bookworm",
      files: {
        ...Object.fromEntries(programs.map((name) => [`usr/bin/${name}`, { from: join(bundle, "bin", name) }])),
        "etc/containerd/config.toml": { text: 'disabled_plugins = ["cri"]\n' },
        "usr/lib/systemd/system/containerd.service": {
          text: unit("/usr/bin/containerd", "Type=notify\nDelegate=yes\nKillMode=process\nLimitNPROC=infinity\n"),
        },
      },
    },
  ];
}

/**
 * Makes repositories as pkgs.k8s.io and download.docker.com have them, below `root`, of what is in a bundle, signed
 * with a key made for it. Beside the version that is wanted they list others, which nobody can fetch.
 */
export async function makeRepositories(root: string, bundle: string, version: string): Promise<Repository> {
  await output(["bash", "-c", "source lab/lib.sh && apt_install gpg gpg-agent"], { deadline: 300 });
  const home = mkdtempSync(join(root, "gnupg-"));
  chmodSync(home, 0o700);
  const gpg = (...args: string[]) =>
    output(["gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", ...args]);
  await gpg("--quick-generate-key", "kubeadm-ha test", "ed25519", "sign", "1d");
  const listed = await gpg("--list-keys", "--with-colons");
  const [, fingerprint] = /^fpr:+([0-9A-F]{40}):/m.exec(listed) ?? [];
  const key = await gpg("--armor", "--export");
  const arch = (await output(["dpkg", "--print-architecture"])).trim();
  const publish = async (folder: string, release: string, pool: string, packages: Package[], others: Package[]) => {
    const built = await Promise.all(packages.map((each) => build(join(root, folder), pool, arch, each)));
    const index = [
      ...built,
      ...others.map((each) => `${control(each, arch)}Filename: none.deb\nSize: 1\nSHA256: ${"0".repeat(64)}\n`),
    ];
    const list = join(release === "" ? "" : `stable/binary-${arch}`, "Packages");
    const at = join(root, folder, release);
    place(join(at, list), index.join("\n"));
    place(
      join(at, "Release"),
      `Origin: kubeadm-ha\nSuite: test\nCodename: ${release.split("/").pop()}\nArchitectures: ${arch}\nComponents: stable\nDate: ${new Date().toUTCString().replace("GMT", "UTC")}\nSHA256:\n ${sha256(join(at, list))} ${statSync(join(at, list)).size} ${list}\n`,
    );
    await gpg("--clearsign", "--output", join(at, "InRelease"), join(at, "Release"));
  };
  const minor = version.replace(/\.\d+$/, "");
  const fake = (name: string, other: string): Package => ({ name, version: other, files: {} });
  const names = ["kubelet", "kubeadm", "kubectl"];
  await publish(`k8s/v${minor}/deb`, "", "amd64", kubernetesPackages(bundle, `${version}-1.10`), [
    // Older by its revision, and newer than what is asked for.
    ...names.flatMap((name) => [
      fake(name, `${version}-1.9`),
      fake(name, `${minor}.99-1.1`),
      fake(name, `${version}0-1.1`),
    ]),
  ]);
  place(join(root, `k8s/v${minor}/deb/Release.key`), key);
  await publish("docker/debian", "dists/bookworm", "pool", dockerPackages(bundle), [fake("containerd.io", "99.0.0-1")]);
  place(join(root, "docker/debian/gpg"), key);
  return { fingerprint };
}

/** Builds a package into a pool, and gives its paragraph of the index. */
async function build(root: string, pool: string, arch: string, what: Package): Promise<string> {
  mkdirSync(root, { recursive: true });
  const tree = mkdtempSync(join(root, `${what.name}-`));
  chmodSync(tree, 0o755);
  for (const [path, file] of Object.entries(what.files)) {
    const target = join(tree, path);
    if ("text" in file) place(target, file.text, path.includes("bin/") ? 0o755 : 0o644);
    else link(file.from, target);
  }
  const conffiles = Object.keys(what.files).filter((path) => path.startsWith("etc/"));
  if (conffiles.length > 0) place(join(tree, "DEBIAN/conffiles"), conffiles.map((path) => `/${path}\n`).join(""));
  place(join(tree, "DEBIAN/control"), control(what, arch));
  const deb = join(pool, `${what.name}_${what.version}_${arch}.deb`);
  mkdirSync(join(root, pool), { recursive: true });
  // Not compressed: it is built to be installed once.
  await output(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, join(root, deb)], { deadline: 300 });
  return `${control(what, arch)}Filename: ${deb}\nSize: ${statSync(join(root, deb)).size}\nSHA256: ${sha256(join(root, deb))}\n`;
}

function control({ name, version, depends }: Package, arch: string): string {
  return `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nMaintainer: nobody <nobody@example.com>\n${depends ? `Depends: ${depends}\n` : ""}Description: for a test\n`;
}

function place(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
