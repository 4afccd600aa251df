import type { OidcOptions } from "../../kubeadm/security-options";
import { noCertificate, readCertificates } from "../../values/certificates";
import type { ClusterPlan } from "./plan";

/** Notes what is wrong at a path of the options. */
type Check = (ok: boolean, path: string, message: string) => void;

/**
 * A provider of users, as API servers take one:
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 */
export function oidcChecks(oidc: OidcOptions, options: ClusterPlan["options"], check: Check): void {
  const { issuerUrl: issuer, caCertificate: ca } = oidc;
  const at = (key: string) => `security.oidc.${key}`;
  check(
    /^https:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(issuer) && URL.canParse(issuer),
    at("issuerUrl"),
    `"${issuer}" is not a valid issuer; expected: https://…, without user, query and fragment`,
  );
  check(
    issuer !== serviceAccountIssuer(options),
    at("issuerUrl"),
    `"${issuer}" is the cluster's own issuer, of service accounts; expected: that of another provider`,
  );
  if (ca !== undefined) check(readCertificates(ca) !== undefined, at("caCertificate"), noCertificate(ca));
  check(oidc.clientId !== "", at("clientId"), "is empty; expected: the client that tokens are meant for");
  check(
    oidc.usernameClaim !== "",
    at("usernameClaim"),
    "is empty; expected: the claim with a user's name, such as sub",
  );
  check(
    !Object.keys(oidc.requiredClaims ?? {}).includes(""),
    at("requiredClaims"),
    "has a claim without a name; expected: the name of each before its value",
  );
}

function serviceAccountIssuer({ dnsDomain = "cluster.local", apiServer }: ClusterPlan["options"]): string {
  const flags: Record<string, string> = apiServer?.extraArgs ?? {};
  return flags["service-account-issuer"] ?? `https://kubernetes.default.svc.${dnsDomain}`;
}
