import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { MachineArgs, SshProxyArgs } from "../../machine/machine";
import { takeNames, takenNames } from "../../machine/names";
import { formerly } from "../../values/identity";
import { problemText } from "../../values/problems";
import { AwsBalancer } from "./balancer";
import { AwsBastion } from "./bastion";
import { awsProblems } from "./checks";
import { AwsInstance } from "./instance";
import { machineNames } from "./names";
import { AwsNetwork } from "./network";
import { type AwsMachinesArgs, type AwsRole, AwsScheme, awsDefaults, type MadeMachines } from "./options";
import { type Placed, place } from "./placement";
import { AwsProfiles } from "./profiles";
import { bastionAddress, rulePlan } from "./rules";
import { AwsSecurity } from "./security";

/** Booting takes a minute or two; with pauses of 5 seconds this is five. */
const dialErrorLimit = 60;

/** Machines on EC2 in private subnets over several zones, with all that stands around them. */
export class AwsMachines extends pulumi.ComponentResource implements MadeMachines {
  /** Every machine. */
  readonly machines: MachineArgs[];
  /** Where the Network Load Balancer answers, as `host:port`. */
  readonly endpoint?: pulumi.Output<string>;
  /** How one logs in at the bastion that was made, as `user@host`. */
  readonly bastion?: pulumi.Output<string>;

  constructor(name: string, args: AwsMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    const taken = { word: "machines", name, parent: opts?.parent, names: machineNames(name, args) };
    const problems = [...awsProblems(args, ""), ...takenNames(taken)];
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems));
    takeNames(taken);
    const { cluster, zones, networkLoadBalancer, image = awsDefaults.image, tags = {} } = args;
    const placed = place(args);
    super(
      "kubeadm-ha:index:AwsMachines",
      name,
      { cluster, zones, image, machines: placed.map(plainly) },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsMachines")),
    );
    const parent = { parent: this };

    const network = new AwsNetwork(`${name}-network`, { ...args.network, zones, cluster, tags }, parent);
    const { vpcId, natAddresses, routes } = network;
    const bastionTags = { ...tags, Name: `${cluster}-bastion` };
    const bastionEip =
      args.bastion && new ec2.Eip(`${name}-bastion-address`, { domain: "vpc", tags: bastionTags }, parent);
    const addresses = Object.fromEntries([
      ...Object.entries(natAddresses).map(([zone, address]) => [`nat:${zone}`, address]),
      ...(bastionEip ? [[bastionAddress, bastionEip.publicIp]] : []),
    ]);
    const security = new AwsSecurity(
      `${name}-security`,
      { ...rulePlan(args, Object.keys(natAddresses)), vpcId, addresses, cluster, tags },
      parent,
    );
    const { names: profiles } = new AwsProfiles(
      `${name}-profiles`,
      { roles: rolesOf(placed), cloudProvider: args.cloudProvider ?? false, tags },
      parent,
    );
    // A machine is worth nothing before it has its way out and may be reached; a destroy goes the other way.
    const inPlace = { ...parent, dependsOn: [...routes, ...security.rules] };
    const clientKey = new tls.PrivateKey(`${name}-client-key`, { algorithm: "ED25519" }, parent);
    const rootVolumeSize = args.rootVolumeSize ?? awsDefaults.rootVolumeSize;
    const named = (machine: string) => ({
      ...tags,
      Name: `${cluster}-${machine}`,
      [`kubernetes.io/cluster/${cluster}`]: "owned",
    });
    const bastionZone = args.bastion?.zone ?? zones[0];
    const bastion =
      bastionEip &&
      new AwsBastion(
        `${name}-bastion`,
        {
          zone: bastionZone,
          instanceType: args.instanceTypes?.bastion ?? awsDefaults.instanceTypes.bastion,
          image,
          rootVolumeSize: 8,
          subnetId: network.publicSubnets[bastionZone],
          securityGroupId: security.groups.bastion,
          clientKey,
          address: bastionEip,
          tags: bastionTags,
        },
        inPlace,
      );
    this.bastion = bastion && pulumi.interpolate`${bastion.proxy.user}@${bastion.proxy.host}`;
    const proxy = bastion?.proxy ?? args.proxy;
    const made = placed.map((machine) => {
      const instance = new AwsInstance(
        `${name}-${machine.name}`,
        {
          machine: machine.name,
          zone: machine.zone,
          instanceType: machine.instanceType,
          image,
          rootVolumeSize,
          subnetId: network.privateSubnets[machine.zone],
          securityGroupId: security.groups[machine.role],
          profile: profiles[machine.role],
          refusesPublicAddress: args.network?.vpcId !== undefined,
          authorizedKeys: [clientKey.publicKeyOpenssh],
          // Where there is HAProxy, its address is the cluster's endpoint.
          lastingAddress: machine.role === "load-balancer" ? { protect: args.protect ?? true } : undefined,
          etcdVolume: machine.etcd ? (args.etcdVolume ?? {}) : undefined,
          // The controller of the EBS CSI driver is a pod, and takes the machine's credentials.
          metadataForPods: machine.role === "control-plane" && args.cloudProvider,
          tags: named(machine.name),
        },
        inPlace,
      );
      return { ...machine, instance };
    });
    this.machines = made.map((machine) => ({
      ...machineArgs(machine, clientKey, proxy),
      dnsNames: args.cloudProvider ? [machine.instance.privateDns] : undefined,
    }));
    if (networkLoadBalancer) {
      const subnets =
        networkLoadBalancer.scheme === AwsScheme.InternetFacing ? network.publicSubnets : network.privateSubnets;
      const targets = made.filter(({ role }) => role === "control-plane");
      this.endpoint = new AwsBalancer(
        `${name}-api`,
        {
          ...networkLoadBalancer,
          cluster,
          vpcId,
          subnetIds: zones.map((zone) => subnets[zone]),
          securityGroupId: security.groups["network-load-balancer"],
          targets: Object.fromEntries(targets.map((machine) => [machine.name, machine.instance.instanceId])),
          protect: args.protect ?? true,
          tags,
        },
        inPlace,
      ).endpoint;
    }
    this.registerOutputs();
  }
}

function machineArgs(
  { name, zone, labels, instance }: Placed & { instance: AwsInstance },
  clientKey: tls.PrivateKey,
  proxy?: SshProxyArgs,
): MachineArgs {
  return {
    name,
    labels,
    address: instance.privateIp,
    instanceId: instance.instanceId,
    disposable: true,
    zone,
    region: zone.slice(0, -1),
    providerId: pulumi.interpolate`aws:///${zone}/${instance.instanceId}`,
    ssh: {
      user: instance.user,
      privateKey: clientKey.privateKeyOpenssh,
      hostKey: instance.hostKey,
      proxy,
      dialErrorLimit,
    },
  };
}

const rolesOf = (placed: Placed[]): AwsRole[] => [...new Set(placed.map(({ role }) => role))];

/** What a preview shows of a machine. */
function plainly({ name, zone, instanceType }: Placed) {
  return { name, zone, instanceType };
}
