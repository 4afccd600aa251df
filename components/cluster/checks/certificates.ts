import { CertificateMode } from "../../kubeadm/certificate-options";
import { validity } from "../../kubeadm/validity";
import { caProblems } from "../../pki/custom-ca";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Custom CAs, and how long certificates are valid. */
export function certificateProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const mode = options.certificates?.mode;
  const { validityDays, authorityValidityDays } = validity(options.certificates);
  const at = (key: string) => `${paths.options}certificates.${key}`;
  for (const [key, days] of Object.entries({ validityDays, authorityValidityDays })) {
    if (days < 1 || days > 36500)
      problems.push({ path: at(key), message: `${days} is not a valid number of days; allowed: 1 to 36500` });
  }
  if (problems.length === 0 && validityDays > authorityValidityDays)
    problems.push({
      path: at("validityDays"),
      message:
        `${validityDays} days are more than authorityValidityDays, ${authorityValidityDays}; a certificate is of no ` +
        "use when its CA has expired",
    });
  for (const [name, { certificate, privateKey }] of Object.entries(options.authorities ?? {})) {
    const path = `authorities.${name}`;
    if (mode === CertificateMode.Kubeadm)
      problems.push({
        path,
        message:
          "its key would be in the state, which certificates.mode kubeadm is there to avoid; leave it out, or set " +
          "the mode to pulumi",
      });
    problems.push(
      ...caProblems(certificate, privateKey).map(({ part, message }) => ({ path: `${path}.${part}`, message })),
    );
  }
  return problems;
}
