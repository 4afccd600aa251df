import { CertificateMode } from "../../kubeadm/certificate-options";
import { authorityProblems, signingProblems } from "../../pki/checks";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Custom CAs, and how long certificates are valid. */
export function certificateProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const { certificates, authorities } = options;
  const misplaced = certificates?.mode === CertificateMode.Kubeadm ? Object.keys(authorities ?? {}) : [];
  return [
    ...signingProblems(certificates, `${paths.options}certificates.`),
    ...misplaced.map((name) => ({
      path: `authorities.${name}`,
      message:
        "its key would be in the state, which certificates.mode kubeadm is there to avoid; leave it out, or set " +
        "the mode to pulumi",
    })),
    ...authorityProblems(authorities, "authorities"),
  ];
}
