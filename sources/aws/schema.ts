import { z } from "zod";
import { AwsImage, AwsNat, AwsProtocol, AwsScheme } from "../../components/machines/aws/options";
import { lists } from "../lists";
import { proxySchema } from "../ssh";

const text = z.string();
const whole = z.int();
const subnets = z.record(text, text).optional();

/** One machine of those that are made on EC2. */
const awsMachine = z.strictObject({
  name: text,
  zone: text.optional(),
  instanceType: text.optional(),
  labels: z.record(text, text).optional(),
});

/** The key `machines` for machines that are made on EC2: the arguments of AwsMachines, and the lists. */
export const awsSchema = z.strictObject({
  source: z.literal("aws"),
  zones: z.array(text),
  network: z
    .strictObject({
      cidr: text.optional(),
      nat: z.enum(AwsNat).optional(),
      vpcId: text.optional(),
      privateSubnets: subnets,
      publicSubnets: subnets,
    })
    .optional(),
  image: z.enum(AwsImage).optional(),
  instanceTypes: z
    .strictObject({
      controlPlane: text.optional(),
      etcd: text.optional(),
      worker: text.optional(),
      loadBalancer: text.optional(),
      bastion: text.optional(),
    })
    .optional(),
  rootVolumeSize: whole.optional(),
  etcdVolume: z
    .strictObject({ size: whole.optional(), iops: whole.optional(), throughput: whole.optional() })
    .optional(),
  networkLoadBalancer: z
    .strictObject({ scheme: z.enum(AwsScheme).optional(), dnsName: text.optional(), hostedZoneId: text.optional() })
    .optional(),
  bastion: z.strictObject({ allowedCidrs: z.array(text), zone: text.optional() }).optional(),
  ssh: z.strictObject({ proxy: proxySchema }).optional(),
  sshCidrs: z.array(text).optional(),
  apiCidrs: z.array(text).optional(),
  podNetwork: z.array(z.strictObject({ protocol: z.enum(AwsProtocol), port: whole })).optional(),
  tags: z.record(text, text).optional(),
  ...lists(awsMachine),
});

/** Machines on EC2, as configured. */
export type AwsConfig = z.infer<typeof awsSchema>;
