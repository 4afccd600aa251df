import * as pulumi from "@pulumi/pulumi";
import { kubeconfig } from "../kubeadm/kubeconfig";
import type { Pki } from "./pki";
import { signClient } from "./sign";

/**
 * What makes a kubeconfig for a machine, by which its kubelet asks for its certificate: for one hour, in the group of
 * those that join with a token
 * (https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/). A secret, and another in every
 * run. All are signed by the CA as it was read once.
 */
export function discovery(
  pki: Pki,
  { clusterName, endpoint }: { clusterName: string; endpoint: pulumi.Input<string> },
): (machine: string) => pulumi.Output<string> {
  const joining = pulumi
    .all([endpoint, pki.caCertificate, pulumi.secret(pki.caKey)])
    .apply(([endpoint, certificate, privateKey]) => ({ endpoint, authority: { certificate, privateKey } }));
  return (machine) =>
    joining.apply(async ({ endpoint, authority }) => {
      const user = `system:bootstrap:${machine}`;
      const group = "system:bootstrappers:kubeadm:default-node-token";
      const identity = await signClient(authority, { name: user, group }, 3600);
      return kubeconfig({ clusterName, endpoint, caCertificate: authority.certificate, user, ...identity });
    });
}
