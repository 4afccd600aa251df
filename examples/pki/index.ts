// The certificate authorities of a cluster that somebody else makes. One gets: the files that every control plane has
// below /etc/kubernetes/pki before kubeadm runs there, which takes what it finds, and an administrator's kubeconfig.
import * as pulumi from "@pulumi/pulumi";
import { KeyAlgorithm, Pki } from "kubeadm-ha";

const config = new pulumi.Config();

const pki = new Pki("cluster", {
  endpoint: config.require("endpoint"),
  keyAlgorithm: KeyAlgorithm.EcdsaP256,
  validityDays: config.getNumber("validityDays"),
});

export const caCertificate = pki.caCertificate;
export const files = pki.files; // by path: pulumi stack output files --show-secrets
export const kubeconfig = pki.kubeconfig; // a secret
