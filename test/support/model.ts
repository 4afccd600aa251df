import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "./place";

/** What the stack's file says. */
export interface StackConfig {
  machines: Any;
  cluster: Record<string, unknown>;
  authorities?: object;
  sshPrivateKey?: string;
}

/** JSON of Kubernetes and etcd. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests ask
export type Any = any;

/**
 * The configuration of a stack's file, with its addresses in another /24, and those of IPv6 in the /64 that is called
 * after it.
 */
export function configOf(stack: string, network: string): StackConfig {
  const text = readFileSync(join(root, "stacks", `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(
    text
      .replaceAll(/\b10\.89\.\d+(?=\.\d+)/g, network)
      .replaceAll(/\bfd00:10:89:\d+(?=::)/g, `fd00:${network.replaceAll(".", ":")}`),
  );
  return { machines: config["kubeadm-ha:machines"], cluster: config["kubeadm-ha:cluster"] };
}
