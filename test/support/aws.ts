import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as mocks from "@pulumi/pulumi/runtime/mocks";
import { parse } from "yaml";
import { type Authority, newAuthority } from "./authority";

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
  "aws:ec2/instance:Instance": ["privateIp"],
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

/** Runs a program under mocks with a configuration, and returns all that it asked for, sorted. Once a process. */
export async function recordAws(program: () => unknown, config: Record<string, unknown>, stack: string) {
  const entries: Entry[] = [];
  const requests = new Map<string, Pick<Entry, "dependsOn" | "parent" | "options">>();
  const register = mocks.MockMonitor.prototype.registerResource;
  // biome-ignore lint/suspicious/noExplicitAny: the request is a generated protobuf class without types
  mocks.MockMonitor.prototype.registerResource = function (this: unknown, request: any, callback: any) {
    requests.set(`${request.getType()}|${request.getName()}`, {
      dependsOn: request.getDependenciesList().map(keyOf).sort(),
      parent: keyOf(request.getParent()).split("|")[1],
      options: {
        protect: request.getProtect() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
        deletedWith: keyOf(request.getDeletedwith()),
      },
    });
    return register.call(this as mocks.MockMonitor, request, callback);
  } as typeof register;
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key.includes(":") ? key : `kubeadm-ha:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const calls = new Map<string, string>();
  const authority = await newAuthority();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const request = requests.get(`${type}|${name}`) ?? { dependsOn: [], parent: "", options: none };
        entries.push({ type, name, inputs, ...request });
        const made = Object.fromEntries((outputs[type] ?? []).map((output) => [output, ref(type, name, output)]));
        return { id: ref(type, name, "id"), state: { ...made, ...others(type, name, authority), ...inputs } };
      },
      call({ token, inputs }) {
        const asked = JSON.stringify(inputs);
        const name = calls.get(`${token} ${asked}`) ?? `call${calls.size}`;
        if (!calls.has(`${token} ${asked}`)) {
          calls.set(`${token} ${asked}`, name);
          entries.push({ type: token, name, inputs, dependsOn: [], parent: "", options: none });
        }
        return { ...inputs, id: ref(token, name, "id") };
      },
    },
    "kubeadm-ha",
    stack,
    false,
  );
  await program();
  await pulumi.runtime.disconnect();
  const key = (entry: Entry) => `${entry.type}|${entry.name}`;
  return entries.filter(({ type }) => type !== "pulumi:pulumi:Stack").sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const none = { protect: false, ignoreChanges: [], deleteBeforeReplace: false, deletedWith: "" };
const ref = (type: string, name: string, output: string) => `{{ref:${type}|${name}|${output}}}`;

/** What other providers than AWS would answer. */
function others(type: string, name: string, authority: Authority): Record<string, unknown> {
  if (type.startsWith("aws:")) return {};
  if (!type.startsWith("tls:index/privateKey"))
    return { certRequestPem: `REQUEST ${name}`, certPem: authority.certificate, stdout: "", stderr: "" };
  return {
    privateKeyPem: pulumi.secret(`KEY ${name}${name.endsWith("-ca-key") ? `\n${authority.privateKey}` : ""}`),
    privateKeyOpenssh: pulumi.secret(`OPENSSH KEY ${name}\n`),
    publicKeyPem: `PUBLIC KEY ${name}`,
    publicKeyOpenssh: `ssh-key ${name}\n`,
  };
}

function keyOf(urn = ""): string {
  const [, , types = "", name = ""] = urn.replace("urn:pulumi:", "").split("::");
  return types ? `${types.split("$").pop()}|${name}` : "";
}
