import * as pulumi from "@pulumi/pulumi";
import { kubeconfig } from "../kubeadm/kubeconfig";
import type { Pki } from "./pki";
import { signClient } from "./sign";

/**
 * A kubeconfig for one hour by which a kubelet asks for its certificate, in the group of those that join with a token:
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/. A secret, and another in every
 * run.
 */
export function discovery(
  pki: Pki,
  { clusterName, endpoint, machine }: { clusterName: string; endpoint: pulumi.Input<string>; machine: string },
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.all([endpoint, pki.caCertificate, pki.caKey]).apply(async ([endpoint, caCertificate, caKey]) => {
      const user = `system:bootstrap:${machine}`;
      const identity = await signClient(
        { certificate: caCertificate, privateKey: caKey },
        { name: user, group: "system:bootstrappers:kubeadm:default-node-token" },
        3600,
      );
      return kubeconfig({ clusterName, endpoint, caCertificate, user, ...identity });
    }),
  );
}
