import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readLabFacts } from "../../../lab/machines/facts";
import { removeContainer } from "../../support/container";
import { output, poll, type RunOptions } from "../../support/process";

/** A key pair in OpenSSH's form. */
export interface Key {
  private: string;
  public: string;
}

/** A container that boots with user data, as an instance does on EC2. What needs no cluster needs no more than this. */
export class CloudMachine {
  private readonly facts = readLabFacts();
  private readonly image = "localhost/kubeadm-ha-cloud-init";
  private readonly container = `test-cloud-init-${createHash("sha256").update(__dirname).digest("hex").slice(0, 4)}`;
  private readonly root = mkdtempSync(join(tmpdir(), "kubeadm-ha-cloud-init-"));
  private readonly seed = join(this.root, "seed");
  private readonly rules = join(this.root, "rules");

  constructor() {
    for (const directory of [this.seed, this.rules]) mkdirSync(directory);
  }

  /** Makes the image, or finds it made. */
  async begin(): Promise<void> {
    const recipe = ["--build-arg", `BASE=${this.facts.image}`, "-f", join(__dirname, "Containerfile"), __dirname];
    await this.engine(["build", "--network", "host", "-t", this.image, ...recipe], { deadline: 600 });
  }

  async end(): Promise<void> {
    await this.remove();
    rmSync(this.root, { recursive: true, force: true });
  }

  async makeKey(type: string): Promise<Key> {
    const script = `ssh-keygen -q -t ${type} -N '' -C '' -f /key && cat /key.pub /key`;
    const [publicKey, ...lines] = (await this.engine(["run", "--rm", this.image, "sh", "-c", script])).split("\n");
    return { public: publicKey, private: lines.join("\n") };
  }

  /**
   * The name that udev gives a device: that of an EBS volume, which it makes of an NVMe disk's serial number. None
   * takes it away.
   */
  names(device: string, volumeId?: string): void {
    const link = `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId?.replace("-", "")}`;
    const rule = `KERNEL=="${basename(device)}", SYMLINK+="${link}"\n`;
    writeFileSync(join(this.rules, "99-ebs.rules"), volumeId === undefined ? "" : rule);
  }

  /** Boots an instance in place of any other: what is left of that one is what its disks hold. */
  async launch(instanceId: string, userData: string): Promise<void> {
    writeFileSync(join(this.seed, "meta-data"), `instance-id: ${instanceId}\n`);
    writeFileSync(join(this.seed, "user-data"), userData, { mode: 0o600 });
    await this.remove();
    const systemd = this.facts.engine.endsWith("podman") ? ["--systemd=always"] : ["--tmpfs=/run", "--tmpfs=/run/lock"];
    const mounts = [
      `--volume=${this.seed}:/var/lib/cloud/seed/nocloud:ro`,
      `--volume=${this.rules}:/etc/udev/rules.d:ro`,
    ];
    // On cgroup v1 a container sees this machine's whole name=systemd hierarchy.
    const init = "! mountpoint -q /sys/fs/cgroup/systemd || umount -R /sys/fs/cgroup/systemd; exec /sbin/init";
    const flags = ["--privileged", "--cgroupns=private", ...systemd, ...mounts];
    await this.engine(["create", "--name", this.container, ...flags, this.image, "sh", "-c", init]);
    await this.start();
  }

  /** Cuts the power, and boots again. */
  async crash(): Promise<void> {
    await this.engine(["container", "kill", "--signal=KILL", this.container]);
    await this.start();
  }

  private async start(): Promise<void> {
    await this.engine(["start", this.container]);
    await poll("the machine to have booted", 120, () => this.run("test -f /run/cloud-init/result.json"));
    await poll("systemd to be through", 60, () => this.run("! systemctl list-jobs | grep -q '^ *[0-9]'"));
  }

  /** Runs a bash script on the machine. */
  run(script: string, options?: RunOptions): Promise<string> {
    return this.engine(["exec", "-i", this.container, "bash", "-euo", "pipefail", "-c", script], options);
  }

  /** Removes the container, if there is one. */
  private remove(): Promise<void> {
    return removeContainer((...args) => this.engine(args), this.container).catch(() => {});
  }

  private engine(args: string[], options?: RunOptions): Promise<string> {
    return output([this.facts.engine, ...args], options);
  }
}
