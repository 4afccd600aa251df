import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { commandAndTls, keyOf, nameOf, record } from "./record";

/** One resource or one call of a data source, as the program asked for it. */
export interface Entry {
  /** The type, or the token of the call. */
  type: string;
  /** The name; that of a call is made up. */
  name: string;
  /** What it was asked with; an output of another entry stands there as `{{ref:<type>|<name>|<output>}}`. */
  inputs: Record<string, unknown>;
  /** What it waits for, as `<type>|<name>`. */
  dependsOn: string[];
  /** The name of the component it is in. */
  parent: string;
  /** The options that keep a resource from being replaced or deleted. */
  options: { protect: boolean; ignoreChanges: string[]; deleteBeforeReplace: boolean; deletedWith: string };
}

/** The outputs that the program reads. Another one is undefined, and shows as such. */
const outputs: Record<string, string[]> = {
  "aws:ec2/eip:Eip": ["publicIp"],
  "aws:ec2/instance:Instance": ["privateDns", "privateIp"],
  "aws:ec2/networkInterface:NetworkInterface": ["privateIp"],
  "aws:iam/instanceProfile:InstanceProfile": ["name"],
  "aws:iam/role:Role": ["name"],
  "aws:lb/loadBalancer:LoadBalancer": ["arn", "dnsName", "zoneId"],
  "aws:lb/targetGroup:TargetGroup": ["arn"],
};

/** The configuration of a file of stacks/, without the project's name before the keys. */
export function stackConfig(file: string): Record<string, unknown> {
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("kubeadm-ha:", ""), value]));
}

/** Runs a program under mocks with a configuration, and returns all that it asked for, sorted. */
export async function recordAws(
  program: () => unknown,
  config: Record<string, unknown>,
  stack: string,
): Promise<Entry[]> {
  const answer = await commandAndTls();
  const calls = new Map<string, Entry>();
  const requests = await record(
    program,
    { config, stack },
    {
      resource: (type, name, inputs) => ({
        ...Object.fromEntries([...(outputs[type] ?? []), "id"].map((output) => [output, ref(type, name, output)])),
        ...(type.startsWith("aws:") ? {} : answer(type, name, inputs)),
        ...inputs,
      }),
      call({ token, inputs }) {
        const asked = `${token} ${JSON.stringify(inputs)}`;
        const { name } = calls.get(asked) ?? { name: `call${calls.size}` };
        calls.set(asked, { type: token, name, inputs, dependsOn: [], parent: "", options: none });
        return { ...inputs, id: ref(token, name, "id") };
      },
    },
  );
  const resources = requests.map(
    (request): Entry => ({
      type: request.getType(),
      name: request.getName(),
      inputs: (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
      dependsOn: request.getDependenciesList().map(keyOf).sort(),
      parent: nameOf(request.getParent()),
      options: {
        protect: request.getProtect() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        deletedWith: keyOf(request.getDeletedwith()),
      },
    }),
  );
  const key = (entry: Entry) => `${entry.type}|${entry.name}`;
  return [...resources, ...calls.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const none = { protect: false, ignoreChanges: [], deleteBeforeReplace: false, deletedWith: "" };
const ref = (type: string, name: string, output: string) => `{{ref:${type}|${name}|${output}}}`;
