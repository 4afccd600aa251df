import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { CustomCa, CustomCas, SigningOptions } from "../kubeadm/certificate-options";
import { kubeconfig } from "../kubeadm/kubeconfig";
import { leafHours } from "../kubeadm/validity";
import { known } from "../machine/known";
import { certificatesIn, chainFile } from "../values/certificates";
import { formerly } from "../values/identity";
import { apiPort } from "../values/ports";
import { type Problem, problemText } from "../values/problems";
import { isSocketAddress } from "../values/socket-address";
import { type Authority, customCa, newAuthority, newKey } from "./authority";
import { authorityProblems, signingProblems } from "./checks";

/** The arguments of {@link Pki}. */
export interface PkiArgs extends SigningOptions {
  /** Where clients reach the API server, as `host:port`. */
  endpoint: pulumi.Input<string>;
  /**
   * The cluster's name in the kubeconfig.
   * @default the component's name
   */
  clusterName?: string;
  /**
   * Whether CAs and the service-account key refuse to be deleted or replaced. A cluster does not survive the
   * loss of these: unprotect only what is to be thrown away.
   * @default true
   */
  protect?: boolean;
  /**
   * Whether etcd has machines of its own. Then no control plane gets the key of its CA.
   * @default false
   */
  externalEtcd?: boolean;
  /**
   * Custom CAs, each a certificate with its key.
   * @default none: all are made
   */
  authorities?: CustomCas;
}

/**
 * The certificate authorities and the service-account key that every control plane shares, and the administrator's
 * kubeconfig. kubeadm takes what it finds and signs the leaves on the machines itself
 * (https://kubernetes.io/docs/setup/best-practices/certificates/), so nothing has to be read back from one.
 */
export class Pki extends pulumi.ComponentResource {
  /** The cluster CA's certificate in PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** That, and its issuers up to the root where it is an intermediate: what clients trust that know roots only. */
  readonly trusted: pulumi.Output<string>;
  /** The key of that CA in PEM. A secret. */
  readonly caKey: pulumi.Output<string>;
  /**
   * The files that control planes share, PEM by path below `/etc/kubernetes/pki`: put there before `kubeadm init`, and
   * before `kubeadm join --control-plane`. A secret.
   */
  readonly files: pulumi.Output<Record<string, string>>;
  /** The CA of etcd. */
  readonly etcd: Authority;
  /** A kubeconfig for a user of the group `kubeadm:cluster-admins`. A secret. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: PkiArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = pkiProblems(args);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems, `Pki "${name}"`));
    super(
      "kubeadm-ha:index:Pki",
      name,
      { algorithm: args.keyAlgorithm },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:pki:Pki")),
    );
    const { keyAlgorithm, protect = true, authorities = {} } = args;
    const leaf = { parent: this };
    const authority = (suffix: string, commonName: string, own?: CustomCa) =>
      own ? customCa(own) : newAuthority(`${name}-${suffix}`, commonName, args, this);
    const ca = authority("ca", "kubernetes", authorities.cluster);
    const frontProxy = authority("front-proxy-ca", "front-proxy-ca", authorities.frontProxy);
    const etcd = authority("etcd-ca", "etcd-ca", authorities.etcd);
    const serviceAccount = newKey(`${name}-service-account`, keyAlgorithm, { parent: this, protect });
    this.caCertificate = ca.certPem;
    this.trusted = ca.chainPem;
    this.caKey = pulumi.secret(ca.privateKeyPem);
    this.etcd = etcd;
    this.files = pulumi.secret(
      pulumi.all({
        "ca.crt": ca.certPem,
        "ca.key": ca.privateKeyPem,
        ...(certificatesIn(authorities.cluster?.certificate ?? "").length > 1 ? { [chainFile]: ca.chainPem } : {}),
        "front-proxy-ca.crt": frontProxy.certPem,
        "front-proxy-ca.key": frontProxy.privateKeyPem,
        "etcd/ca.crt": etcd.certPem,
        ...(args.externalEtcd ? {} : { "etcd/ca.key": etcd.privateKeyPem }),
        "sa.key": serviceAccount.privateKeyPem,
        "sa.pub": serviceAccount.publicKeyPem,
      }),
    );

    const adminKey = newKey(`${name}-admin`, keyAlgorithm, leaf);
    // The group is the one that `kubeadm init` binds to cluster-admin for its own admin.conf; unlike system:masters,
    // which bypasses authorization, the binding can be taken away.
    const request = new tls.CertRequest(
      `${name}-admin`,
      {
        privateKeyPem: adminKey.privateKeyPem,
        subject: { commonName: "kubeadm-ha-admin", organization: "kubeadm:cluster-admins" },
      },
      leaf,
    );
    const admin = new tls.LocallySignedCert(
      `${name}-admin`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: ca.certPem,
        caPrivateKeyPem: ca.privateKeyPem,
        allowedUses: ["digital_signature", "key_encipherment", "client_auth"],
        validityPeriodHours: leafHours(args),
        earlyRenewalHours: leafHours(args) / 12,
      },
      leaf,
    );
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([args.endpoint, ca.chainPem, admin.certPem, adminKey.privateKeyPem])
        .apply(([endpoint, caCertificate, certificate, privateKey]) =>
          kubeconfig({
            clusterName: args.clusterName ?? name,
            endpoint,
            caCertificate,
            user: "kubeadm-ha-admin",
            certificate,
            privateKey,
          }),
        ),
    );
    this.registerOutputs();
  }
}

function pkiProblems(args: PkiArgs): Problem[] {
  const { endpoint, authorities } = known(args);
  const problems = [...signingProblems(args, ""), ...authorityProblems(authorities, "authorities")];
  if (endpoint === undefined || isSocketAddress(endpoint)) return problems;
  const message = `"${endpoint}" is not of the form host:port; example: api.example.com:${apiPort}`;
  return [...problems, { path: "endpoint", message }];
}
