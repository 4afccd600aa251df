import { createHash, createHmac } from "node:crypto";
import type { Node } from "../machine/node";
import { apiPort } from "../values/ports";
import { discoveryKubeconfig, documents, nodeRegistration, timeouts } from "./configuration";
import type { ControlPlaneOptions } from "./options";

/**
 * What a machine joins with where kubeadm shares the certificates: valid for two hours, and of one batch of machines.
 */
export interface JoinCredentials {
  /** The bootstrap token, as `[a-z0-9]{6}.[a-z0-9]{16}`. */
  token: string;
  /** The key, 64 hex digits, under which the certificates are uploaded. */
  certificateKey: string;
}

/** Names a batch by the machines of the cluster: a new one, or another in its place, makes another batch. */
export function batchOf(instanceIds: string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([...instanceIds].sort()))
    .digest("hex")
    .slice(0, 12);
}

/**
 * The credentials of a batch. Made of a seed that stays secret, so that it is the same in every run and nowhere else.
 */
export function credentialsOf(seed: string, batch: string): JoinCredentials {
  const digits = (purpose: string) => createHmac("sha256", seed).update(`${purpose} ${batch}`).digest("hex");
  const token = digits("token");
  return { token: `${token.slice(0, 6)}.${token.slice(6, 22)}`, certificateKey: digits("certificate key") };
}

/** What `kubeadm join phase control-plane-prepare download-certs` reads. */
export function downloadConfiguration(node: Node, certificateKey: string, options: ControlPlaneOptions): string {
  return documents({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    controlPlane: { localAPIEndpoint: { advertiseAddress: node.address, bindPort: apiPort }, certificateKey },
    discovery: { file: { kubeConfigPath: discoveryKubeconfig } },
    nodeRegistration: nodeRegistration(node, options),
    timeouts,
  });
}
