import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { problemText } from "../components/values/problems";
import type { Config } from "../config";
import { judgeMembers, type Members } from "./present";

type Lists = Pick<Config, "machines" | "cluster" | "giveUp">;

/** Refuses lists that no cluster would live through that is there, and tells what `giveUp` lets pass. */
export async function refuseByMembers(config: Lists): Promise<void> {
  const { problems, notes } = judgeMembers(await presentMembers(), listedMembers(config), config.giveUp);
  if (problems.length > 0) throw new pulumi.RunError(problemText(problems));
  for (const note of notes) await pulumi.log.warn(note);
}

/** Who is to be in the cluster. A source that makes machines knows their addresses later than this is judged. Pure. */
function listedMembers({ machines, cluster }: Lists): Members {
  const members = (list: { name: string; address?: string }[]) => list.map(({ name, address }) => ({ name, address }));
  return {
    generation: generationOf(cluster),
    controlPlanes: members(machines.controlPlanes),
    etcd: members(machines.etcd),
  };
}

/** What the configuration says of it; what a source says changes with all machines, and none has another name then. */
export function generationOf({ generation = "1" }: Config["cluster"]): string {
  return generation;
}

const list = z.array(z.object({ name: z.string(), address: z.string() }));
const shape = z.object({ generation: z.string(), controlPlanes: list, etcd: list });

/**
 * Who was in the cluster after the last `up` of this stack in which all joined: its output `members`; undefined where
 * there is none. The engine has that at hand. A StackReference of the stack to itself would have to
 * know what the backend calls it, read it from there, and put all outputs, the kubeconfig among them, into the state
 * once more.
 */
async function presentMembers(): Promise<Members | undefined> {
  const urn = await urnOfStack();
  if (urn === undefined) return undefined;
  const found = await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn });
  return shape.safeParse(found?.state?.members).data;
}

async function urnOfStack(): Promise<string | undefined> {
  const stack = pulumi.runtime.getStackResource();
  return stack && new Promise((resolve) => stack.urn.apply(resolve));
}
