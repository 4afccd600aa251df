import * as pulumi from "@pulumi/pulumi";

/** The one SSH server (a bastion) by which machines are reached. It only forwards: nothing runs there. */
export interface SshProxyArgs {
  /** Where SSH connects to. */
  host: pulumi.Input<string>;
  /**
   * The login name.
   * @default "root"
   */
  user?: pulumi.Input<string>;
  /**
   * The TCP port of its sshd.
   * @default 22
   */
  port?: pulumi.Input<number>;
  /** The private key that it accepts, in PEM or OpenSSH form. Always handled as a secret. */
  privateKey: pulumi.Input<string>;
  /**
   * What that key is encrypted with. Always handled as a secret.
   * @default none: it is not encrypted
   */
  privateKeyPassphrase?: pulumi.Input<string>;
  /** Its public host key, one line. It is checked at every connection. */
  hostKey: pulumi.Input<string>;
}

/** How to reach a machine by SSH. */
export interface SshArgs {
  /**
   * The login name. Anyone but root needs sudo without a password.
   * @default "root"
   */
  user?: pulumi.Input<string>;
  /**
   * The TCP port of sshd.
   * @default 22
   */
  port?: pulumi.Input<number>;
  /** The private key in PEM or OpenSSH form. Always handled as a secret. */
  privateKey: pulumi.Input<string>;
  /**
   * What that key is encrypted with. Always handled as a secret.
   * @default none: it is not encrypted
   */
  privateKeyPassphrase?: pulumi.Input<string>;
  /**
   * The machine's public host key, one line as in `/etc/ssh/ssh_host_ecdsa_key.pub`. It is checked at every connection.
   * Where a machine has several kinds, it shows its ECDSA key, or else its RSA key.
   */
  hostKey: pulumi.Input<string>;
  /**
   * The bastion that the connection goes by.
   * @default none: the machine is reached directly
   */
  proxy?: SshProxyArgs;
  /**
   * How many attempts to connect may fail, 5 seconds apart at most. A machine that is still booting needs some.
   * @default 10, about 11 seconds
   */
  dialErrorLimit?: number;
}

/**
 * One machine, whoever made it. Data only: this is where every source of machines (lab, static, a cloud) ends,
 * and all that the other rooms know of a machine.
 */
export interface MachineArgs {
  /**
   * The machine's name: node name, etcd member name and part of every resource name. A DNS name in lowercase, of one
   * label or of several, 63 characters at most; unique in the cluster, and with the cluster's name and a hyphen before
   * it, in the program.
   */
  name: string;
  /** Where SSH connects to. */
  address: pulumi.Input<string>;
  /**
   * Where the other machines of the cluster reach it: node address, API server and etcd. An IP address where the
   * machine is a Node; SSH may connect to a name all the same.
   * @default address
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * Where the others reach it by the other family of addresses: an IPv6 address beside one of IPv4, or the other way
   * round. Every Node of a cluster with ranges of both has one; that of a load balancer is for clients.
   * @default none
   */
  secondAddress?: pulumi.Input<string>;
  /**
   * Tells this machine from another one of its name (an instance id, say). A new value means new disks: every step on
   * it runs again.
   * @default address
   */
  instanceId?: pulumi.Input<string>;
  /**
   * Labels of its Node, apart from zone and region. A kubelet may not set those below `kubernetes.io` and `k8s.io`, but
   * for a few: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
   * @default none
   */
  labels?: { [key: string]: string };
  /**
   * The zone it is in, for the label `topology.kubernetes.io/zone`.
   * @default none
   */
  zone?: pulumi.Input<string>;
  /**
   * The region it is in, for the label `topology.kubernetes.io/region`.
   * @default none
   */
  region?: pulumi.Input<string>;
  /**
   * What a cloud controller manager knows it by, e.g. `aws:///eu-central-1a/i-0123456789abcdef0`.
   * @default none
   */
  providerId?: pulumi.Input<string>;
  /**
   * DNS names of the machine apart from its name, which a cloud controller manager tells its Node: the kubelet asks for
   * a serving certificate with them, and gets none for a name that is not listed here.
   * @default none
   */
  dnsNames?: pulumi.Input<string>[];
  /**
   * Whether the machine itself is deleted when it leaves the cluster, as one is that a cloud makes. Otherwise it is
   * reset then, so that it can be used again.
   * @default false
   */
  disposable?: boolean;
  /** How to reach it by SSH. */
  ssh: SshArgs;
}

/** A control plane as load balancers know it, whoever made it. A machine of {@link MachineArgs} is one, too. */
export interface ApiServerArgs {
  /** Its name in the load balancers' configuration and journal: a DNS name in lowercase, 63 characters at most. */
  name: string;
  /** Where its API server is reached, at port 6443. */
  address: pulumi.Input<string>;
  /**
   * Where load balancers reach it, if that is another address.
   * @default address
   */
  privateAddress?: pulumi.Input<string>;
}

/** The address at which the cluster's other machines reach this one. */
export function clusterAddress(machine: ApiServerArgs): pulumi.Input<string> {
  return machine.privateAddress ?? machine.address;
}

/** Machines by name, with the address at which the cluster reaches each. */
export function clusterAddresses(machines: ApiServerArgs[]): pulumi.Output<{ name: string; address: string }[]> {
  return pulumi.all(
    machines.map((machine) =>
      pulumi.output(clusterAddress(machine)).apply((address) => ({ name: machine.name, address })),
    ),
  );
}

/** The same as scripts read it: a line `NAME ADDRESS` for each. */
export function addressLines(machines: MachineArgs[]): pulumi.Output<string> {
  return clusterAddresses(machines).apply((list) => list.map(({ name, address }) => `${name} ${address}\n`).join(""));
}

/** What tells this machine from another one of its name. */
export function instanceOf({ instanceId, address }: MachineArgs): pulumi.Input<string> {
  return instanceId ?? address;
}
