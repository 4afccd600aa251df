import { join } from "node:path";
import { renderStep } from "../../../components/remote/render";
import { shellSources } from "../../../components/remote/sources";
import { labInstall, labOptions } from "../../../lab/machines/facts";
import type { Any, Lab } from "../../support/lab";
import { labEnvironment } from "../../support/place";
import { output } from "../../support/process";
import { newSshKey } from "../../support/ssh-key";

/** The login name that is not root. */
export const admin = "admin";

/** Calls a control plane otherwise than the stack's file does, before it is made. */
export function rename(lab: Lab, machine: string, name: string): void {
  lab.controlPlanes[lab.controlPlanes.indexOf(machine)] = name;
  const renamed = (each: Any) => (each.name === machine ? { ...each, name } : each);
  lab.configure({ machines: { controlPlanes: lab.configured.controlPlanes.map(renamed) } });
}

/**
 * Makes the machines of a stack without Pulumi, as somebody else would, and configures the stack for them as machines
 * that are there already. Of those in ADMINISTERED root lets nobody in; ADMIN does, who has sudo. They bear the stack's
 * labels, so that `lab.end()` takes them away.
 */
export async function provideMachines(lab: Lab, administered: string[]): Promise<void> {
  // The stack comes first: machines of one that the state does not know are somebody else's.
  await lab.pulumi("config");
  const { subnet, controlPlanes, loadBalancers } = lab.configured;
  const env = await labEnvironment(lab.stack);
  const { engine, image, bundle } = lab.facts;
  const make = (words: string[], input: Record<string, string>) =>
    output(["bash", "-s", "--", words[0], "up", engine, lab.stack, ...words.slice(1)], {
      env,
      deadline: 200,
      input: renderStep({
        script: "lab/container.sh",
        sources: shellSources("lab/container.sh", { path: join(__dirname, "../../../lab/machines"), as: "lab" }),
        input,
        deadline: 180,
      }),
    });
  const client = newSshKey();
  const provided = async ({ name, address }: Any) => {
    const host = newSshKey();
    const input = { host_key: host.private, authorized_keys: client.public };
    await make(["machine", name, address, image, bundle.path], input);
    if (administered.includes(name)) await lab.on(name, handOver);
    const user = administered.includes(name) ? { user: admin } : {};
    return { name, address, hostKey: host.public, ...user };
  };
  await make(["network", subnet], {});
  lab.configure({
    machines: {
      source: "static",
      subnet: undefined,
      controlPlanes: await Promise.all(controlPlanes.map(provided)),
      loadBalancers: await Promise.all(loadBalancers.map(provided)),
    },
    cluster: { install: labInstall(lab.facts), ...labOptions(lab.facts) },
    sshPrivateKey: client.private,
  });
}

/** Lets the administrator in, in place of root. */
const handOver = `
  useradd --create-home --shell /bin/bash ${admin}
  install -d -m 700 -o ${admin} /home/${admin}/.ssh
  install -m 600 -o ${admin} /root/.ssh/authorized_keys /home/${admin}/.ssh
  rm /root/.ssh/authorized_keys
  echo '${admin} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${admin}`;
