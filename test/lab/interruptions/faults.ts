import type { Lab } from "../../support/lab";
import { pause, type Running } from "../../support/process";

/** What goes wrong while a run is under way. */
export interface Fault {
  /** As the table has it. */
  name: string;
  /** Does it, to a machine or to the run; gives what is set right before the next run. */
  strike: (lab: Lab, machine: string, up: Running) => Promise<Cure>;
}

type Cure = () => Promise<unknown>;

const nothing: Cure = async () => {};

/** The machine that Pulumi runs on goes down. */
export const engineKilled: Fault = {
  name: "engine killed",
  strike: async (_, __, up) => {
    up.crash();
    return nothing;
  },
};

/** Every session of the machine's sshd ends; new ones are let in. */
export const connectionCut: Fault = {
  name: "SSH cut",
  strike: async (lab, machine) => {
    await lab.on(machine, "pkill -KILL -f '^sshd(-session)?: root' || true");
    return nothing;
  },
};

/** Nobody hears of the end: packets of SSH are dropped until the run has ended. */
export const packetsDropped: Fault = {
  name: "SSH packets dropped",
  strike: async (lab, machine) => {
    const rules = (verb: string) =>
      `iptables -w -${verb} INPUT -p tcp --dport 22 -j DROP; iptables -w -${verb} OUTPUT -p tcp --sport 22 -j DROP`;
    await lab.on(machine, rules("I"));
    // A reset of the machine's packet filter may have been first.
    return () => lab.on(machine, rules("D")).catch(() => {});
  },
};

/** The machine loses its power, and has it back at once. */
export const machineKilled: Fault = {
  name: "machine killed, and started",
  strike: async (lab, machine) => {
    await lab.engine("container", "kill", "--signal=KILL", lab.container(machine));
    await pause(1000);
    await lab.engine("container", "start", lab.container(machine));
    return nothing;
  },
};

/**
 * The file system of a directory is full until the run has ended. A machine of the lab has its files on the disk of the
 * machine that is the lab, so that a small one with what is there comes in between.
 */
export function diskFull(directory: string): Fault {
  const away = "/mnt/full";
  const fill = `used=$(df -k --output=used ${away} | tail -n 1) && mount -o remount,size=$((used))k ${away}`;
  return {
    name: `\`${directory}\` full`,
    strike: async (lab, machine) => {
      await lab.on(
        machine,
        `mkdir -p ${away} ${directory} && mount -t tmpfs -o size=256m,mode=755 tmpfs ${away}
        cp -a ${directory}/. ${away}/ && head -c 4096 /dev/zero >${away}/.filler && ${fill}
        mount --bind ${away} ${directory}`,
      );
      return () =>
        lab.on(
          machine,
          `mount -o remount,size=256m ${away} && umount -l ${directory} && rm -f ${away}/.filler
          cp -a ${away}/. ${directory}/ && umount ${away} && rmdir ${away}`,
        );
    },
  };
}

/** What steps are unpacked into is full: memory, in which nothing has to be put in between. */
export const memoryFull: Fault = {
  name: "`/run` full",
  strike: async (lab, machine) => {
    const size = "used=$(df -k --output=used /run | tail -n 1) && mount -o remount,size=$((used))k /run";
    await lab.on(machine, size);
    return () => lab.on(machine, "mount -o remount,size=50% /run").catch(() => {}); // it may be gone with the machine
  },
};
