import type { Any, Lab } from "../../support/lab";
import { connectionCut, diskFull, engineKilled, type Fault, machineKilled, memoryFull, packetsDropped } from "./faults";
import { begun, halfDone, joined, type Moment, shows } from "./interrupt";
import type { Interrupted, Interruption } from "./run";

const state = "/var/lib/kubeadm-ha";

/** One interruption: of a step, how far it is, how that is told, what goes wrong, and where. */
const at = (step: string, when: Interruption["when"], moment: Moment, fault: Fault, machine: string): Interruption => ({
  step,
  when,
  at: moment,
  fault,
  machine,
});

const preparing = "preparing a machine";
const balancer = "load balancer";
const init = "`kubeadm init`";
const join = "join of a control plane";
const joinOfWorker = "join of a worker";
const settings = "changed settings";
const roster = "labels of Nodes";
const replace = "replacing in place";
const leave = "leave of a control plane";
const leaveOfWorker = "leave of a worker";

/** It is drained, serves what it has begun, and its member is about to go. */
const ending = (machine: string) => shows(new RegExp(`the API server of ${machine} end`));

/** A cluster is made. The first machine does not wait for the others, so that it is the one that is interrupted. */
const creation: Interrupted = {
  name: "a cluster is made",
  interruptions: [
    at(preparing, "beginning", begun("cp-1"), diskFull(state), "cp-1"),
    at(preparing, "middle", shows(/cp-1-stage creating .* importing/), connectionCut, "cp-1"),
    at(init, "beginning", shows(/-init creating/), diskFull("/etc/kubernetes"), "cp-1"),
    at(init, "middle", halfDone("cp-1"), connectionCut, "cp-1"),
    at(init, "end", joined("cp-1", "-init"), engineKilled, "cp-1"),
    at(join, "beginning", shows(/kubeadm join on cp-2/), connectionCut, "cp-2"),
    at(join, "end", joined("cp-2"), engineKilled, "cp-2"),
  ],
};

/** A replacement that was begun is not asked for again. */
const givenUp: Interrupted = {
  name: "cp-3 is to be replaced in place, and nobody insists",
  args: async (lab) => ["--replace", await lab.urn("machines-cp-3")],
  interruptions: [at(`${replace}, not asked for again`, "beginning", ending("cp-3"), engineKilled, "cp-3")],
};

/** The first control plane gets another machine of the same name. */
const replacedInPlace: Interrupted = {
  name: "cp-1 is replaced in place",
  args: async (lab) => ["--replace", await lab.urn("machines-cp-1")],
  interruptions: [
    at(replace, "beginning", shows(/draining cp-1/), engineKilled, "cp-1"),
    at(replace, "middle", halfDone("cp-1"), connectionCut, "cp-1"),
  ],
};

/** Flags of API servers and kubelets change. */
const changedSettings: Interrupted = {
  name: "settings change",
  edit: (lab) =>
    lab.configure({ cluster: { kubelet: { maxPods: 99 }, apiServer: { extraArgs: { "event-ttl": "2h" } } } }),
  interruptions: [
    at(settings, "middle", shows(/changing the static pods of cp-1/), machineKilled, "cp-1"),
    at(settings, "beginning", shows(/cp-1 is as configured/), diskFull(state), "cp-2"),
    at(settings, "beginning", shows(/comparing cp-3 with/), connectionCut, "cp-3"),
    at(settings, "end", shows(/cp-3 is as configured/), engineKilled, "cp-3"),
  ],
};

/** A control plane comes for another one. */
const exchanged: Interrupted = {
  name: "cp-4 takes the place of cp-3",
  edit: (lab) => swap(lab, "cp-3", cp4),
  interruptions: [
    at(join, "beginning", shows(/cp-4-join creating/), diskFull("/etc/kubernetes"), "cp-4"),
    at(join, "middle", halfDone("cp-4"), machineKilled, "cp-4"),
    at(join, "middle", halfDone("cp-4"), engineKilled, "cp-4"),
    at(join, "end", joined("cp-4"), packetsDropped, "cp-4"),
    at(leave, "beginning", shows(/cp-4 is as configured/), memoryFull, "cp-3"),
  ],
};

/** A worker comes, and all others wait for it. */
const grown: Interrupted = {
  name: "a worker comes",
  edit: (lab) => setWorkers(lab, [lab.another("worker-1", 31)]),
  interruptions: [at(joinOfWorker, "middle", shows(/kubeadm join on worker-1/), machineKilled, "worker-1")],
};

/** A label, which takes one step on any control plane. */
const labelled: Interrupted = {
  name: "a worker gets a label",
  edit: (lab) => setWorkers(lab, [{ ...lab.another("worker-1", 31), labels: { "example.com/colour": "blue" } }]),
  interruptions: [at(roster, "beginning", shows(/roster-settle deleting original/), memoryFull, "cp-1")],
};

/** One control plane goes, and another comes. */
function swap(lab: Lab, gone: string, come: [name: string, host: number]): void {
  const stay = lab.configured.controlPlanes.filter(({ name }: Any) => name !== gone);
  lab.configure({ machines: { controlPlanes: [...stay, lab.another(...come)] } });
}

function setWorkers(lab: Lab, machines: Any[]): void {
  lab.configure({ machines: { workerPools: [{ name: "general", machines }] } });
}

const cp4 = ["cp-4", 14] as [string, number];
const cp5 = ["cp-5", 15] as [string, number];

const exchange = (gone: string, come: typeof cp4, ...interruptions: Interruption[]): Interrupted => ({
  name: `${come[0]} takes the place of ${gone}`,
  edit: (lab) => swap(lab, gone, come),
  interruptions,
});

/** All of it, in one life of a cluster. A run that may do without the machine is the last one of its change. */
export const all: Interrupted[] = [
  creation,
  givenUp,
  replacedInPlace,
  changedSettings,
  exchanged,
  grown,
  labelled,
  exchange("cp-4", cp5, at(leave, "beginning", shows(/draining cp-4/), connectionCut, "cp-4")),
  exchange("cp-5", cp4, at(leave, "middle", ending("cp-5"), machineKilled, "cp-5")),
  exchange("cp-4", cp5, at(leave, "middle", ending("cp-4"), packetsDropped, "cp-4")),
  {
    name: "cp-4 takes the place of cp-5, and the worker goes",
    edit: (lab) => {
      swap(lab, "cp-5", cp4);
      setWorkers(lab, []);
    },
    interruptions: [
      at(leave, "end", shows(/cp-5 has left the cluster/), engineKilled, "cp-5"),
      at(leaveOfWorker, "beginning", shows(/draining worker-1/), engineKilled, "worker-1"),
    ],
  },
  {
    ...exchange("cp-4", cp5, at(balancer, "beginning", shows(/lb-1-configure creating/), machineKilled, "lb-1")),
    name: "cp-5 takes the place of cp-4, and the load balancer has to know",
  },
];

/** Of all that, what every run of the tests has time for. */
export const few = exchange(
  "cp-3",
  cp4,
  at(join, "beginning", shows(/cp-4-join creating/), diskFull("/etc/kubernetes"), "cp-4"),
  at(join, "middle", halfDone("cp-4"), connectionCut, "cp-4"),
  at(leave, "middle", ending("cp-3"), engineKilled, "cp-3"),
);
