import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forwardingOnly, userData } from "../../components/machines/aws/user-data";
import { output } from "../support/process";
import { stepText } from "../support/step";
import { Disk, whyNoDisk } from "./cloud-init/disk";
import { CloudMachine, type Key } from "./cloud-init/machine";

// The user data that instances on EC2 get, on a real cloud-init, udev and systemd. What AWS does is played: a loop
// device is the EBS volume.
const room = join(__dirname, "../../components/machines/aws");
const volumeFiles = {
  script: readFileSync(join(room, "etcd-volume.sh"), "utf8"),
  unit: readFileSync(join(room, "etcd-volume@.service"), "utf8"),
};
const machine = new CloudMachine();
const disk = new Disk();
const volume = "vol-0123456789abcdef0";
const noDisk = whyNoDisk();
let host: Key;
let client: Key;
let jump: Key;
let boot: string;

beforeAll(async () => {
  await machine.begin();
  host = await machine.makeKey("ecdsa");
  [client, jump] = [await machine.makeKey("ed25519"), await machine.makeKey("ed25519")];
  boot = userData({
    hostname: "cp-1",
    hostKey: host,
    authorizedKeys: [client.public, forwardingOnly(jump.public)],
    etcdVolume: noDisk ? undefined : { id: volume, ...volumeFiles },
  });
  if (noDisk === undefined) {
    await disk.begin();
    machine.names(disk.device, volume);
    // Somebody else's.
    await output(["mkswap", disk.device]);
  }
  await machine.launch("i-0aaaaaaaaaaaaaaa1", boot);
});
afterAll(async () => {
  await machine.end();
  await disk.end();
});

/** Runs ssh on the machine itself, against itself, with the one host key that was made for it. */
async function ssh(key: Key, ...args: string[]): Promise<string> {
  const files = `umask 077; mkdir -p /run/ssh; cat >/run/ssh/key; echo '127.0.0.1 ${host.public}' >/run/ssh/known`;
  await machine.run(files, { input: key.private });
  const options = [
    "UserKnownHostsFile=/run/ssh/known",
    "StrictHostKeyChecking=yes",
    "BatchMode=yes",
    "IdentitiesOnly=yes",
  ];
  const words = ["-i /run/ssh/key", ...options.map((option) => `-o ${option}`), ...args].join(" ");
  return machine.run(`ssh ${words} 2>&1 </dev/null || true`);
}

describe("the first boot", () => {
  test("the host key is the one that was made for the machine, and it has no other", async () => {
    expect(await ssh(client, "debian@127.0.0.1", "'hostname; sudo -n id -un'")).toBe("cp-1\nroot\n");
    expect(await machine.run("ls /etc/ssh/ssh_host_*_key; stat -c %a /etc/ssh/ssh_host_ecdsa_key")).toBe(
      "/etc/ssh/ssh_host_ecdsa_key\n600\n",
    );
    expect(await ssh(client, "root@127.0.0.1", "true")).toContain('Please login as the user "debian"');
  });

  test("sshd answers when everybody may log in, not before", async () => {
    const started = (unit: string) => machine.run(`systemctl show -P ActiveEnterTimestampMonotonic ${unit}`);
    expect(Number(await started("ssh"))).toBeGreaterThan(Number(await started("systemd-user-sessions")));
  });

  test("the key for a bastion forwards to SSH and the API, and does nothing else", async () => {
    expect(await ssh(jump, "-W 127.0.0.1:22", "debian@127.0.0.1")).toContain("SSH-2.0-");
    expect(await ssh(jump, "-W 127.0.0.1:6443", "debian@127.0.0.1")).toContain("Connection refused");
    expect(await ssh(jump, "-W 127.0.0.1:80", "debian@127.0.0.1")).toContain("administratively prohibited");
    expect(await ssh(jump, "debian@127.0.0.1", "id")).toBe("This account is currently not available.\n");
  });
});

describe.skipIf(noDisk !== undefined)(`the volume for etcd${noDisk ? `: skipped, ${noDisk}` : ""}`, () => {
  const place = () => machine.run("findmnt --noheadings --output SOURCE,FSTYPE /var/lib/etcd || true");
  const etcd = () => machine.run("systemctl is-active etcd || true");
  const mount = (instance: string) => `${disk.device}[/${instance}] ext4\n`;

  test("a disk with something on it is left as it is, and the machine is not prepared", async () => {
    const before = disk.content();
    const input = stepText("host/prepare.sh", {});
    const said = await machine.run("bash -s -- etcd preinstalled 2>&1 || true", { input });
    expect(said).toMatch(/error: cloud-init on cp-1 ended with an error: .*scripts.user/);
    expect(await machine.run("cat /var/log/cloud-init-output.log")).toContain(
      `etcd-volume: error: /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0 holds swap; expected: nothing, or ext4`,
    );
    expect(disk.content()).toBe(before);
    expect(await place()).toBe("");
    await machine.run("systemctl restart etcd || true");
    expect(await etcd()).not.toBe("active\n");
  });

  test("once the disk is empty, the script run by hand puts etcd on it", async () => {
    await machine.run(`wipefs --all --quiet ${disk.device}`);
    await machine.run(`bash /usr/local/lib/kubeadm-ha/etcd-volume.sh ${volume}`);
    expect(await place()).toBe(mount("i-0aaaaaaaaaaaaaaa1"));
    expect(await machine.run("stat -c '%U %a' /var/lib/etcd")).toBe("root 700\n");
    await machine.run("echo one >/var/lib/etcd/member; sync /var/lib/etcd/member");
  });

  test("after a boot it is there again, and so is who needs it", async () => {
    const fstab = await machine.run("cat /etc/fstab");
    await machine.crash();
    expect(await place()).toBe(mount("i-0aaaaaaaaaaaaaaa1"));
    expect(await machine.run("cat /var/lib/etcd/member")).toBe("one\n");
    expect(await etcd()).toBe("active\n");
    expect(await machine.run("cloud-init status")).toBe("status: done\n");
    await machine.run(`bash /usr/local/lib/kubeadm-ha/etcd-volume.sh ${volume}`);
    expect(await machine.run("cat /etc/fstab")).toBe(fstab);
  });

  test("without the disk the machine boots and can be looked at, and etcd does not start", async () => {
    machine.names(disk.device);
    await machine.crash();
    expect(await ssh(client, "debian@127.0.0.1", "hostname")).toBe("cp-1\n");
    expect(await place()).toBe("");
    expect(await etcd()).not.toBe("active\n");
    machine.names(disk.device, volume);
  });

  test("an instance in its place gets the disk, formats nothing, and begins with a directory of its own", async () => {
    await machine.launch("i-0aaaaaaaaaaaaaaa2", boot);
    expect(await machine.run("cloud-init status")).toBe("status: done\n");
    expect(await place()).toBe(mount("i-0aaaaaaaaaaaaaaa2"));
    expect(await machine.run("ls /var/lib/etcd")).toBe("");
    expect(await machine.run("cat /var/lib/kubeadm-ha/etcd-volume/i-0aaaaaaaaaaaaaaa1/member")).toBe("one\n");
  });
});
