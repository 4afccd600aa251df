import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { SigningOptions } from "../kubeadm/certificate-options";
import { leafHours } from "../kubeadm/validity";
import { clusterAddress, type MachineArgs } from "../machine/machine";
import { formerly } from "../values/identity";
import { type Authority, newAuthority, newKey } from "./authority";

/** The arguments of {@link EtcdCertificates}. */
export interface EtcdCertificatesArgs {
  /**
   * The CA of etcd.
   * @default one of its own
   */
  authority?: Authority;
  /** How certificates are made. */
  certificates?: SigningOptions;
  /**
   * Whether a CA of its own refuses to be deleted or replaced.
   * @default true
   */
  protect?: boolean;
  /** The machines of etcd. */
  machines: MachineArgs[];
}

interface Leaf {
  commonName: string;
  uses: string[];
  dnsNames?: pulumi.Input<string[]>;
  ipAddresses?: pulumi.Input<string[]>;
}

/**
 * The leaves of an external etcd, for its machines have no kubeadm that could sign them, nor the CA's key: names and
 * uses as kubeadm has them (https://kubernetes.io/docs/setup/best-practices/certificates/). They are made again by any
 * `pulumi up` in the last quarter of their validity, with the same key; etcd and API servers read the files at each
 * handshake.
 */
export class EtcdCertificates extends pulumi.ComponentResource {
  /**
   * The files of `/etc/kubernetes/pki/etcd` on each machine, in the order of the machines: PEM by file name. Secrets.
   */
  readonly members: pulumi.Output<Record<string, string>>[];
  /**
   * What API servers need: the CA, their client certificate and its key, PEM by path below `/etc/kubernetes/pki`. A
   * secret.
   */
  readonly client: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EtcdCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "kubeadm-ha:index:EtcdCertificates",
      name,
      { machines: args.machines.map((machine) => machine.name) },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:pki:EtcdCertificates")),
    );
    const { certificates: options = {} } = args;
    const authority =
      args.authority ?? newAuthority(`${name}-ca`, "etcd-ca", { ...options, protect: args.protect }, this);
    const pair = (suffix: string, file: string, leaf: Leaf) =>
      this.pair(`${name}-${suffix}`, file, leaf, authority, options);
    const healthcheck = pair("healthcheck-client", "healthcheck-client", {
      commonName: "kube-etcd-healthcheck-client",
      uses: ["client_auth"],
    });
    const client = pair("apiserver-client", "apiserver-etcd-client", {
      commonName: "kube-apiserver-etcd-client",
      uses: ["client_auth"],
    });
    this.client = pulumi
      .all([authority.certPem, client])
      .apply(([ca, files]): Record<string, string> => ({ "etcd/ca.crt": ca, ...files }));
    this.members = args.machines.map((machine) => {
      const address = pulumi.output(clusterAddress(machine));
      const leaf = {
        commonName: machine.name,
        uses: ["server_auth", "client_auth"],
        dnsNames: address.apply((host) => [machine.name, "localhost", ...(isIP(host) > 0 ? [] : [host])]),
        ipAddresses: address.apply((host) => ["127.0.0.1", "::1", ...(isIP(host) > 0 ? [host] : [])]),
      };
      const own = ["server", "peer"].map((file) => pair(`${machine.name}-${file}`, file, leaf));
      return pulumi.secret(
        pulumi
          .all([authority.certPem, pulumi.all([healthcheck, ...own])])
          .apply(([ca, files]): Record<string, string> => Object.assign({ "ca.crt": ca }, ...files)),
      );
    });
    this.registerOutputs();
  }

  /** A certificate and its key as files `FILE.crt` and `FILE.key`. */
  private pair(
    name: string,
    file: string,
    leaf: Leaf,
    authority: Authority,
    options: SigningOptions,
  ): pulumi.Output<Record<string, string>> {
    const parent = { parent: this };
    const { privateKeyPem } = newKey(name, options.keyAlgorithm, parent);
    const { commonName, uses, dnsNames, ipAddresses } = leaf;
    const request = new tls.CertRequest(
      name,
      { privateKeyPem, subject: { commonName }, dnsNames, ipAddresses },
      parent,
    );
    const { certPem } = new tls.LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: authority.certPem,
        caPrivateKeyPem: authority.privateKeyPem,
        allowedUses: ["digital_signature", "key_encipherment", ...uses],
        validityPeriodHours: leafHours(options),
        earlyRenewalHours: leafHours(options) / 4,
      },
      parent,
    );
    return pulumi.secret(pulumi.all({ [`${file}.crt`]: certPem, [`${file}.key`]: privateKeyPem }));
  }
}
