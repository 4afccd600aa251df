import { join } from "node:path";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { stackConfig } from "./aws";
import { labFacts, sshKey } from "./fixtures";
import { runIndex } from "./graph";
import { commandAndTls, record } from "./record";

/** A resource as the engine knows it: `<types of those that it is in>$<type>::<name>`, a URN without its stack. */
export interface Known {
  /** What it is known by. */
  urn: string;
  /** What it was known by, by its own word and by that of those that it is in. */
  aliases: string[];
  /** Whether its `delete` does something, as far as that shows in what was asked for. */
  deletes: boolean;
  /** Whether it has triggers, by which the provider replaces what had none. */
  triggers: boolean;
}

/** What the program asks for on a stack of stacks/, each with all that it is known by. */
export async function recordUrns(file: string, change: (config: object) => object): Promise<Known[]> {
  labFacts();
  const stack = file.replace(/^Pulumi\.|(\.example)?\.yaml$/g, "");
  const key = stack === "static" ? { sshPrivateKey: sshKey } : {};
  const config = { ...key, ...stackConfig(join(__dirname, "../../stacks", file)) };
  const answer = await commandAndTls();
  const aws = { publicIp: "192.0.2.1", privateIp: "10.0.0.1", privateDns: "x", name: "n", arn: "a", dnsName: "d" };
  const requests = await record(
    runIndex,
    { config: change(config) as Record<string, unknown>, stack },
    {
      resource: (type, name, inputs) => ({
        ...(type.startsWith("aws:") ? aws : answer(type, name, inputs)),
        ...inputs,
      }),
      call: ({ inputs }) => ({ ...inputs, id: "i", names: ["a", "b", "c"] }),
    },
  );
  return knownOf(requests, stack);
}

/** What was asked for, each with all that it is known by. */
export function knownOf(requests: RegisterResourceRequest[], stack: string): Known[] {
  const known = new Map<string, Known>();
  return requests.map((request) => {
    const each = knownAs(request, known);
    known.set(mockUrn(request, stack), each);
    return each;
  });
}

/** The URN that mocks give: of the types it is in, they have the last one only. */
function mockUrn(request: RegisterResourceRequest, stack: string): string {
  const parent = request.getParent().split("::")[2]?.split("$").pop();
  const type = parent ? `${parent}$${request.getType()}` : request.getType();
  return ["urn:pulumi:".concat(stack), "kubeadm-ha", type, request.getName()].join("::");
}

/**
 * As the engine has it in generateAliases:
 * https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 */
function knownAs(request: RegisterResourceRequest, known: Map<string, Known>): Known {
  const [name, type, parent] = [request.getName(), request.getType(), known.get(request.getParent())];
  const below = (urn: string | undefined, type: string, name: string) =>
    urn === undefined ? `${type}::${name}` : `${urn.split("::")[0]}$${type}::${name}`.replace(/^\$/, "");
  const parents = [parent?.urn, ...(parent?.aliases ?? [])];
  const object = request.getObject()?.toJavaScript() as Record<string, unknown> | undefined;
  const own = request.getAliasesList().map((alias) => spec(alias, type, name));
  return {
    urn: below(parent?.urn, type, name),
    aliases: [
      ...parents.slice(1).map((urn) => below(urn, type, name)),
      ...own.flatMap((former) =>
        "urn" in former ? [former.urn] : parents.map((urn) => below(urn, former.type, former.name)),
      ),
    ],
    deletes: object?.delete !== undefined,
    triggers: object?.triggers !== undefined,
  };
}

/** An alias: a URN without its stack, or another type or name below the same parent. */
function spec(alias: Alias, type: string, name: string): { urn: string } | { type: string; name: string } {
  if (alias.hasUrn())
    return { urn: alias.getUrn().split("::").slice(2).join("::").replace("pulumi:pulumi:Stack$", "") };
  return { type: alias.getSpec()?.getType() || type, name: alias.getSpec()?.getName() || name };
}
