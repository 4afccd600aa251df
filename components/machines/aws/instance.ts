import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { formerly } from "../../values/identity";
import { architectureOf, imageSource } from "./images";
import type { AwsEtcdVolumeOptions, AwsImage } from "./options";
import { awsDefaults } from "./options";
import { userData } from "./user-data";

/** The arguments of {@link AwsInstance}. */
export interface AwsInstanceArgs {
  /** Its name in the cluster. */
  machine: string;
  /** Its zone. */
  zone: string;
  /** Its instance type. */
  instanceType: string;
  /** What it boots from. */
  image: AwsImage;
  /** GiB of its root volume. */
  rootVolumeSize: number;
  /** Its subnet, in its zone. */
  subnetId: pulumi.Input<string>;
  /** Its security group. */
  securityGroupId: pulumi.Input<string>;
  /**
   * The name of its instance profile.
   * @default none
   */
  profile?: pulumi.Input<string>;
  /** Lines of authorized_keys. */
  authorizedKeys: pulumi.Input<string>[];
  /**
   * The volume for etcd.
   * @default none
   */
  etcdVolume?: AwsEtcdVolumeOptions;
  /**
   * Set where its address is to stay when it is replaced: it has a network interface of its own then, which refuses to
   * be deleted or replaced where this says `protect`.
   * @default none: its address goes with it
   */
  lastingAddress?: { protect: boolean };
  /**
   * Refuses a public address, where the subnet might give one. An instance that has one later must not refuse it: what
   * it reads then would replace it.
   * @default false: as the subnet has it; our own give none
   */
  refusesPublicAddress?: boolean;
  /**
   * Whether pods of the machine reach its metadata service, and with it the machine's credentials and user data.
   * @default false
   */
  metadataForPods?: boolean;
  /** Its tags, the name among them. */
  tags: { [key: string]: string };
}

/** A machine with a host key that was made for it and, where etcd runs, a volume for that. */
export class AwsInstance extends pulumi.ComponentResource {
  /** The instance's id. */
  readonly instanceId: pulumi.Output<string>;
  /** The address in the VPC; known when the machine is there with all that belongs to it. */
  readonly privateIp: pulumi.Output<string>;
  /**
   * Its name in the DNS of the VPC, which the AWS cloud controller manager tells its Node; empty where the VPC gives
   * none.
   */
  readonly privateDns: pulumi.Output<string>;
  /** Its public host key. */
  readonly hostKey: pulumi.Output<string>;
  /** The login name. */
  readonly user: pulumi.Output<string>;

  constructor(name: string, args: AwsInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, zone, instanceType, image, etcdVolume, tags } = args;
    super(
      "kubeadm-ha:index:AwsInstance",
      name,
      { machine, zone, instanceType, image, etcdVolume },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsInstance")),
    );
    const parent = { parent: this };
    const source = imageSource(image, architectureOf(instanceType));
    const ami = ec2.getAmiOutput(
      {
        mostRecent: true,
        owners: [source.owner],
        filters: [
          { name: "name", values: [source.name] },
          { name: "architecture", values: [architectureOf(instanceType)] },
          { name: "virtualization-type", values: ["hvm"] },
        ],
      },
      parent,
    );
    const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, parent);
    const volume = etcdVolume && this.volume(name, etcdVolume, args);
    const network = this.network(name, args, opts);
    const boot = pulumi.all([
      key.privateKeyOpenssh,
      key.publicKeyOpenssh,
      pulumi.all(args.authorizedKeys),
      volume?.id ?? "",
    ]);
    const instance = new ec2.Instance(
      name,
      {
        ami: ami.id,
        instanceType,
        iamInstanceProfile: args.profile,
        ...(network
          ? { primaryNetworkInterface: { networkInterfaceId: network.id } }
          : {
              subnetId: args.subnetId,
              vpcSecurityGroupIds: [args.securityGroupId],
              associatePublicIpAddress: args.refusesPublicAddress ? false : undefined,
            }),
        // IMDSv2 only; an answer that may not be passed on does not reach a pod.
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: args.metadataForPods ? 2 : 1,
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: args.rootVolumeSize,
          encrypted: true,
          deleteOnTermination: true,
          tags: { ...tags, Name: `${tags.Name}-root` },
        },
        userData: pulumi.secret(
          boot.apply(([privateKey, publicKey, authorizedKeys, volumeId]) =>
            userData({
              hostname: machine,
              hostKey: { private: privateKey, public: publicKey },
              authorizedKeys,
              etcdVolume: volumeId === "" ? undefined : { id: volumeId, ...volumeFiles },
            }),
          ),
        ),
        // Who logs in belongs to the image that the machine was made from, and is recorded with it.
        tags: { ...tags, [loginTag]: source.user },
      },
      {
        parent: this,
        dependsOn: opts?.dependsOn,
        // Another image or another first boot is not a reason to replace a machine that lives.
        ignoreChanges: ["ami", "userData", `tags["${loginTag}"]`],
        // The new machine gets the old one's volume and place in the load balancer.
        deleteBeforeReplace: true,
        additionalSecretOutputs: ["userData"],
      },
    );
    const attached =
      volume &&
      new ec2.VolumeAttachment(
        `${name}-etcd`,
        { instanceId: instance.id, volumeId: volume.id, deviceName: etcdDevice },
        // A volume leaves with its instance; a mounted one leaves in no other way.
        { ...parent, deletedWith: instance, deleteBeforeReplace: true },
      );
    this.instanceId = instance.id;
    this.privateIp = pulumi
      .all([network?.privateIp ?? instance.privateIp, instance.id, attached?.id])
      .apply(([address]) => address);
    this.privateDns = instance.privateDns;
    this.hostKey = key.publicKeyOpenssh.apply((line) => line.trim());
    // Machines of version 0.1 have no record of it.
    this.user = instance.tags.apply((recorded) => recorded?.[loginTag] ?? source.user);
    this.registerOutputs();
  }

  /** The interface of a machine whose address outlives it. */
  private network(name: string, args: AwsInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    if (!args.lastingAddress) return undefined;
    const { subnetId, securityGroupId, tags } = args;
    return new ec2.NetworkInterface(
      name,
      { subnetId, securityGroups: [securityGroupId], tags },
      { parent: this, dependsOn: opts?.dependsOn, protect: args.lastingAddress.protect },
    );
  }

  /** Grows and gets faster in place; a replaced machine finds the old one's data next to its own directory. */
  private volume(name: string, volume: AwsEtcdVolumeOptions, { zone, tags }: AwsInstanceArgs): ebs.Volume {
    return new ebs.Volume(
      `${name}-etcd`,
      {
        availabilityZone: zone,
        type: "gp3",
        ...awsDefaults.etcdVolume,
        ...volume,
        encrypted: true,
        tags: { ...tags, Name: `${tags.Name}-etcd` },
      },
      { parent: this },
    );
  }
}

/** The tag that records the login name of the image. */
const loginTag = "kubeadm-ha/login";

/** Where the volume is attached; the root volume is /dev/sda1 or /dev/xvda. */
const etcdDevice = "/dev/sdf";

const volumeFiles = {
  script: readFileSync(join(__dirname, "etcd-volume.sh"), "utf8"),
  unit: readFileSync(join(__dirname, "etcd-volume@.service"), "utf8"),
};
