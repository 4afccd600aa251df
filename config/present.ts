import type { Problem } from "../components/values/problems";

/** A machine as one run knows it of another. */
export interface Member {
  /** Its name. */
  name: string;
  /** Where it is; a configuration that leaves that to a cloud does not say. */
  address?: string;
}

/** Who is in a cluster, or is to be. */
export interface Members {
  /** Another value is another cluster, to which nobody belongs yet. */
  generation: string;
  /** The control planes. */
  controlPlanes: Member[];
  /** The machines of an external etcd; none where it is stacked. */
  etcd: Member[];
}

/** What is wrong with lists, by who is in the cluster already, and what is to be said of `giveUp`. */
export interface Judgement {
  problems: Problem[];
  notes: string[];
}

/**
 * Judges lists by who is in the cluster. The machines count for themselves before one goes; what a plan can tell is
 * told before anything is touched: to lose a majority of those that are there, or two places at once to other machines.
 * `giveUp` lifts that for machines that are lost. It names each with its address, so that it is spent once they are
 * gone. Pure.
 */
export function judgeMembers(present: Members | undefined, listed: Members, giveUp: string[] = []): Judgement {
  const same = present?.generation === listed.generation;
  const lists = same
    ? ([
        ["machines.controlPlanes", "control planes", present.controlPlanes, listed.controlPlanes],
        ["machines.etcd", "machines of etcd", present.etcd, listed.etcd],
      ] as const)
    : [];
  const judged = lists.map(([path, what, before, after]) => judge({ path, what, before, after, giveUp }));
  const leaving = judged.flatMap((each) => each.leaving);
  return {
    problems: judged.flatMap(({ problem }) => problem ?? []),
    notes: [
      ...judged.flatMap(({ note }) => note ?? []),
      ...giveUp
        .filter((entry) => !leaving.includes(entry))
        .map((entry) => `giveUp: "${entry}" has no effect, for no such machine leaves; take it out`),
    ],
  };
}

interface List {
  path: string;
  what: string;
  before: readonly Member[];
  after: readonly Member[];
  giveUp: string[];
}

function judge({ path, what, before, after, giveUp }: List) {
  const now = new Map(after.map((member) => [member.name, member]));
  const isAnother = ({ name, address }: Member) => {
    const other = now.get(name)?.address;
    return other !== undefined && other !== address;
  };
  const gone = before.filter(({ name }) => !now.has(name));
  const replaced = before.filter(isAnother);
  const stay = before.filter((member) => !gone.includes(member) && !replaced.includes(member));
  const leaving = [...gone, ...replaced].map(lineOf);
  const needed = Math.floor(before.length / 2) + 1;
  const wrong = wrongWith({ stay, replaced, needed, what, of: before.length });
  if (before.length === 0 || after.length === 0 || wrong === undefined) return { leaving };
  const missing = leaving.filter((line) => !giveUp.includes(line));
  if (missing.length === 0)
    return { leaving, note: `giveUp: ${wrong}, as configured; etcd's quorum is counted on the machines all the same` };
  const message =
    `${wrong}; before: ${namesOf(before)}; after: ${namesOf(after)}; go in several runs of 'pulumi up', one machine ` +
    `after the other; where they are lost for good, and etcd is not: giveUp with ${missing.map(quoted).join(", ")}`;
  return { leaving, problem: { path, message } };
}

interface Counted {
  stay: Member[];
  replaced: Member[];
  needed: number;
  what: string;
  of: number;
}

/** What a list does that none may; nothing where it does neither. */
function wrongWith({ stay, replaced, needed, what, of }: Counted): string | undefined {
  if (stay.length < needed)
    return (
      `${stay.length} of the ${of} present ${what} stay${stay.length === 1 ? "s" : ""} by name and address ` +
      `(${namesOf(stay) || "none"}); allowed: ${needed} at least, a majority`
    );
  if (replaced.length > 1)
    return `${replaced.length} of the ${of} present ${what} are replaced (${namesOf(replaced)}); allowed: 1 in a run`;
  return undefined;
}

/** A machine as `giveUp` names it. */
function lineOf({ name, address }: Member): string {
  return address === undefined ? name : `${name} ${address}`;
}

const namesOf = (members: readonly Member[]) => members.map(({ name }) => name).join(", ");
const quoted = (text: string) => `"${text}"`;
