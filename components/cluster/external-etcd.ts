import * as pulumi from "@pulumi/pulumi";
import type { CustomCa, SigningOptions } from "../kubeadm/certificate-options";
import type { EtcdOptions } from "../kubeadm/etcd-options";
import type { TlsVersion } from "../kubeadm/security-options";
import { placeProblems, reachProblems } from "../machine/checks";
import { known } from "../machine/known";
import type { MachineArgs } from "../machine/machine";
import { customCa } from "../pki/authority";
import { customCaProblems, signingProblems } from "../pki/checks";
import { agentProblems } from "../remote/agent";
import { inside } from "../remote/step";
import { Rollout } from "../rollout/rollout";
import { InstallMode, type InstallOptions } from "../software/options";
import { withoutPasswords } from "../software/registries";
import { type Problem, problemText } from "../values/problems";
import { etcdProblems } from "./checks/etcd";
import { installProblems } from "./checks/install";
import { etcdOnMachines } from "./etcd";

/** The arguments of {@link ExternalEtcd}. */
export interface ExternalEtcdArgs {
  /** The machines, which have nothing else to do: 3, 5 or 7. */
  machines: MachineArgs[];
  /**
   * How they get etcd and etcdctl: a bundle has them; with packages they come from `etcdArchive`.
   * @default nothing is installed: mode preinstalled
   */
  install?: InstallOptions;
  /**
   * Settings of etcd.
   * @default as etcd has them
   */
  etcd?: EtcdOptions;
  /**
   * How certificates are made.
   * @default ECDSA on P-256; valid for 365 days, the CA for 3650
   */
  certificates?: SigningOptions;
  /**
   * A CA of your own.
   * @default one that is made
   */
  authority?: CustomCa;
  /**
   * The lowest version of TLS that members speak.
   * @default TlsVersion.Tls12
   */
  tlsMinVersion?: TlsVersion;
  /**
   * Whether the CA refuses to be deleted or replaced; `pulumi destroy` does, too, as long as it does.
   * @default true
   */
  protect?: boolean;
  /**
   * Names the generation of what is in etcd: a new value says that all machines of the former one are gone, and makes
   * a new, empty one.
   * @default "1"
   */
  generation?: string;
}

/**
 * An etcd on machines of its own for the API servers of any cluster, as kubeadm's `etcd.external` takes it. A list that
 * changes adds and removes members; options that change restart one after the other.
 */
export class ExternalEtcd extends pulumi.ComponentResource {
  /** Where API servers reach the members, as URLs. Whoever uses them thereby waits for every member. */
  readonly endpoints: pulumi.Output<string[]>;
  /** The CA's certificate in PEM: kubeadm's `caFile`. */
  readonly caCertificate: pulumi.Output<string>;
  /**
   * The API servers' client certificate in PEM: kubeadm's `certFile`. Any `pulumi up` in the last quarter of its
   * validity makes a new one, with the same key.
   */
  readonly clientCertificate: pulumi.Output<string>;
  /** Its key in PEM: kubeadm's `keyFile`. A secret. */
  readonly clientKey: pulumi.Output<string>;

  constructor(name: string, args: ExternalEtcdArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = argumentProblems(args);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems, `ExternalEtcd "${name}"`));
    const { machines, install = preinstalled, authority, generation = "1" } = args;
    super(
      "kubeadm-ha:index:ExternalEtcd",
      name,
      { machines: machines.map((machine) => machine.name), etcd: args.etcd, install: withoutPasswords(install) },
      opts,
    );
    const parent = inside(this, opts);
    const { cluster, certificates, members, turns } = etcdOnMachines(
      name,
      { ...args, install, generation, options: args.etcd, authority: authority && customCa(authority) },
      parent,
    );
    new Rollout(
      `${name}-rollout`,
      { etcd: turns, controlPlanes: [], workers: [], pki: {}, encryptionKeys: [], namespaces: [] },
      { ...parent, dependsOn: [cluster, members] },
    );

    const file = (path: string) => certificates.client.apply((files) => files[path]);
    this.endpoints = pulumi.all([cluster.endpoints, pulumi.all(cluster.joined)]).apply(([endpoints]) => endpoints);
    this.caCertificate = pulumi.unsecret(file("etcd/ca.crt"));
    this.clientCertificate = pulumi.unsecret(file("apiserver-etcd-client.crt"));
    this.clientKey = file("apiserver-etcd-client.key");
    const { endpoints, caCertificate, clientCertificate, clientKey } = this;
    this.registerOutputs({ endpoints, caCertificate, clientCertificate, clientKey });
  }
}

const preinstalled: InstallOptions = { mode: InstallMode.Preinstalled };

function argumentProblems(args: ExternalEtcdArgs): Problem[] {
  const { machines, etcd, install, certificates, authority } = known(args);
  const paths = { machines: "", options: "" };
  const ofEtcd = etcdProblems({ etcd: machines, options: { etcd } }, paths);
  const placed = machines.map((machine, i) => ({ ...machine, path: `machines[${i}]` }));
  const none = { path: "machines", message: "0 machines of etcd; allowed: 3, 5 or 7" };
  return [
    ...placeProblems(placed),
    ...reachProblems(placed),
    // The list has another name in a cluster.
    ...ofEtcd.map(({ path, message }) => ({ path: path === "etcd" ? "machines" : path, message })),
    ...(machines.length === 0 ? [none] : []),
    ...installProblems({ etcd: machines, options: { install } }, paths),
    ...signingProblems(certificates, "certificates."),
    ...customCaProblems(authority, "authority"),
    ...agentProblems(),
  ];
}
