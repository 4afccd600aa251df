import { join } from "node:path";
import { register } from "ts-node";
import { beforeAll, expect, test } from "vitest";
import { type Entry, recordAws, stackConfig } from "./aws";
import { runIndex } from "./graph";
import { documented, talk } from "./talk";

/** In what the example stacks differ. */
export interface Expected {
  /** What docs/aws.md documents for it, beside what all have. */
  ways: string[];
  /** The machines with a volume for etcd. */
  voters: number;
  /** What is configured of these volumes. */
  volume: { size: number; iops: number; throughput: number };
  /** The tags that are configured. */
  tags: { [key: string]: string };
  /** Whether the load balancer is for the VPC alone. */
  internal: boolean;
  /** Whether control planes may do what the cloud integration does. */
  cloudProvider: boolean;
  /** Options of the cluster over those of the example. */
  options?: object;
}

/** Holds for the whole graph of an example stack on AWS. */
export function isSoundOnAws(stack: string, expected: Expected): void {
  let all: Entry[];
  let aws: Entry[];

  beforeAll(async () => {
    // The program loads its part on AWS by a `require` of its own, which knows nothing of vitest.
    register({ transpileOnly: true });
    const config = stackConfig(join(__dirname, `../../stacks/Pulumi.${stack}.example.yaml`));
    const cluster = { ...(config.cluster as object), ...expected.options };
    all = await recordAws(runIndex, { ...config, cluster }, stack);
    aws = all.filter(({ type }) => type.startsWith("aws:"));
  });

  const of = (type: string) => aws.filter((entry) => entry.type.endsWith(`:${type}`));
  const outsideRules = (dependency: string) =>
    !/securityGroup(In|E)gressRule|RouteTableAssociation|:Route\|/.test(dependency);
  const short = (dependency: string) => dependency.replace(/^.*:/, "").replace(`${stack}-aws-`, "");

  test("the resources and what they wait for are what they were", () => {
    const lines = aws.map(
      ({ type, name, parent, dependsOn }) =>
        `${parent.replace(`${stack}-aws`, "")} > ${type.split(":").pop()} ${name.replace(`${stack}-aws-`, "")} < ${dependsOn.filter(outsideRules).map(short).join(", ")}`,
    );
    expect(lines.join("\n")).toMatchSnapshot();
  });

  test("every machine and the load balancer wait for all rules and all routes", () => {
    const waited = aws
      .filter(({ type }) => !outsideRules(`${type}|`))
      .map(({ type, name }) => `${type}|${name}`)
      .sort();
    expect(waited.length).toBeGreaterThan(20);
    for (const { name, dependsOn } of [...of("Instance"), ...of("LoadBalancer")])
      expect(
        dependsOn.filter((each) => !outsideRules(each)),
        name,
      ).toEqual(waited);
  });

  test("who may talk to whom is what docs/aws.md says", () => {
    expect(talk(aws)).toEqual({ rows: documented("all", ...expected.ways), dead: [] });
  });

  test("nothing is open to the world but the way out", () => {
    const open = of("SecurityGroupIngressRule").filter(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0");
    expect(open).toEqual([]);
    for (const { inputs } of of("SecurityGroup"))
      expect([inputs.ingress, inputs.egress]).toEqual([undefined, undefined]);
  });

  test("voters are spread evenly, and a volume is where its machine is", () => {
    const zone = (subnet: unknown) => /(eu-central-1[abc])\|id/.exec(String(subnet))?.[1];
    const zones = Object.fromEntries(of("Instance").map(({ name, inputs }) => [name, zone(inputs.subnetId)]));
    const volumes = Object.fromEntries(of("Volume").map(({ name, inputs }) => [name, inputs.availabilityZone]));
    expect(of("VolumeAttachment")).toHaveLength(expected.voters);
    for (const { inputs } of of("VolumeAttachment")) {
      const [instance, volume] = [inputs.instanceId, inputs.volumeId].map((ref) => String(ref).split("|")[1]);
      expect(volumes[volume], volume).toBe(zones[instance]);
      expect(inputs.deviceName).toBe("/dev/sdf");
    }
    const counts = ["a", "b", "c"].map((z) => Object.values(volumes).filter((v) => v === `eu-central-1${z}`).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test("machines have no public address, IMDSv2 only, and encrypted gp3 disks", () => {
    for (const { name, inputs, options } of of("Instance")) {
      expect(inputs, name).toMatchObject({
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: expected.cloudProvider && /-cp-\d$/.test(name) ? 2 : 1,
        },
        rootBlockDevice: { volumeType: "gp3", encrypted: true, deleteOnTermination: true },
      });
      expect(String(inputs.subnetId), name).toContain(name.endsWith("bastion") ? "-public-" : "-private-");
      expect(options, name).toMatchObject({
        ignoreChanges: ["ami", "userData", 'tags["kubeadm-ha/login"]'],
        deleteBeforeReplace: true,
      });
    }
    for (const { name, inputs } of of("Subnet")) expect(inputs, name).toMatchObject({ mapPublicIpOnLaunch: false });
    for (const { name, inputs } of of("Volume"))
      expect(inputs, name).toMatchObject({ type: "gp3", encrypted: true, ...expected.volume });
  });

  test("what can have tags has those of the stack, and what controllers look for that of the cluster", () => {
    const untagged = /:(Route|.*Attachment|.*Association|RolePolicy|getAmi)$/;
    for (const { type, name, inputs } of aws.filter(({ type }) => !untagged.test(type)))
      expect(inputs.tags, `${type} ${name}`).toMatchObject(expected.tags);
    for (const { name, inputs } of of("Instance"))
      expect((inputs.rootBlockDevice as { tags: object }).tags, name).toMatchObject(expected.tags);
    const owned = [...of("Instance").filter(({ name }) => !name.endsWith("bastion")), ...of("Volume")];
    for (const { name, inputs } of owned)
      expect(inputs.tags, name).toHaveProperty([`kubernetes.io/cluster/${stack}`], "owned");
  });

  test("instances may do nothing, but for control planes with the cloud integration", () => {
    const allowed = [...of("RolePolicy"), ...of("RolePolicyAttachment")].map(({ name }) => short(name));
    const ours = ["profiles-control-plane-cloud-controller", "profiles-control-plane-ebs-csi"];
    expect(allowed).toEqual(expected.cloudProvider ? ours : []);
    // Not the policy without the V2, which lets pods detach the volumes of etcd.
    for (const { inputs } of of("RolePolicyAttachment"))
      expect(inputs.policyArn).toBe("arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2");
  });

  test("user data is a secret, has the machine's own host key, and nothing of the cluster", () => {
    for (const { name, inputs } of of("Instance")) {
      const text = JSON.stringify(inputs.userData);
      expect(text, name).toContain("1b47061264138c4ac30d75fd1eb44270");
      expect(text, name).toContain(`OPENSSH KEY ${name}-host-key`);
      expect(text.match(/KEY [a-z0-9-]+/g), name).toEqual([`KEY ${name}-host-key`]);
      expect(text.length, name).toBeLessThan(16_384);
    }
  });

  test("kubelets may have the names that the cloud controller manager gives their Nodes", () => {
    const admit = all.find(({ name }) => name === `${stack}-admission-admit`);
    const nodes = of("Instance").filter(({ name }) => /-(cp|general)-\d$/.test(name));
    const names = JSON.stringify(admit?.inputs).match(/DNS:\{\{ref:[^}]*\|privateDns\}\}/g) ?? [];
    expect(new Set(names).size).toBe(expected.cloudProvider ? nodes.length : 0);
  });

  test("every step goes by the bastion, with both host keys pinned", () => {
    const steps = all.filter(({ type }) => type === "command:remote:Command");
    expect(steps.length).toBeGreaterThan(8);
    for (const { name, inputs } of steps) {
      const { value } = inputs.connection as { value: Record<string, unknown> };
      const machine =
        /-(cp-\d|etcd-\d|general-\d)-/.exec(`${name}-`)?.[1] ?? (name === `${stack}-etcd-init` ? "etcd-1" : "cp-1");
      expect(value, name).toMatchObject({
        host: `{{ref:aws:ec2/instance:Instance|${stack}-aws-${machine}|privateIp}}`,
        hostKey: `ssh-ed25519 ${stack}-aws-${machine}-host-key`,
        dialErrorLimit: 60,
        proxy: {
          host: `{{ref:aws:ec2/eip:Eip|${stack}-aws-bastion-address|publicIp}}`,
          hostKey: `ssh-ed25519 ${stack}-aws-bastion-host-key`,
        },
      });
    }
  });

  test("the endpoint is the load balancer's name, on which nothing is built that could go", () => {
    const [balancer] = of("LoadBalancer");
    expect(balancer.options.protect).toBe(true);
    expect(balancer.inputs).toMatchObject({ internal: expected.internal, enableCrossZoneLoadBalancing: true });
    const [group] = of("TargetGroup");
    expect(group.inputs).toMatchObject({
      protocol: "TCP",
      port: 6443,
      targetType: "instance",
      preserveClientIp: "false",
      deregistrationDelay: 30,
      connectionTermination: true,
      healthCheck: {
        protocol: "HTTPS",
        path: "/readyz",
        port: "6443",
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
    const reference = (entry: Entry, output: string) => `{{ref:${entry.type}|${entry.name}|${output}}}`;
    expect(of("Listener").map(({ inputs }) => inputs)).toMatchObject([
      {
        loadBalancerArn: reference(balancer, "arn"),
        protocol: "TCP",
        port: 6443,
        defaultActions: [{ type: "forward", targetGroupArn: reference(group, "arn") }],
      },
    ]);
    for (const { inputs } of of("TargetGroupAttachment"))
      expect(inputs).toMatchObject({ targetGroupArn: reference(group, "arn"), port: 6443 });
    const init = all.find(({ name }) => name === `${stack}-init`);
    expect(JSON.stringify(init?.inputs)).toContain(
      `controlPlaneEndpoint: \\"{{ref:${balancer.type}|${balancer.name}|dnsName}}:6443`,
    );
  });

  test("no output is read that nobody thought of", () => {
    expect(JSON.stringify(aws)).not.toMatch(/undefined|Calling \[toString\]|\[object Object\]/);
  });
}
