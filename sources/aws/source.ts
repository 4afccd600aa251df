import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { CloudProvider } from "../../components";
import type { AwsMachinesArgs, MadeMachines } from "../../components/machines/aws/options";
import { byRole, type MachineSource, named } from "../source";
import { proxyKey } from "../ssh";
import { awsArgs, awsChecks } from "./checks";
import { awsSchema } from "./schema";

/** Machines made on EC2. */
export const awsSource: MachineSource<typeof awsSchema> = {
  schema: awsSchema,
  checks: awsChecks,
  bringsEndpoint: (aws) => aws.networkLoadBalancer !== undefined && aws.loadBalancers.length === 0,
  machines(stack, aws, { cluster, ...keys }) {
    const { machines, endpoint, bastion } = makeMachines(`${stack}-aws`, {
      ...awsArgs(stack, aws),
      proxy: aws.ssh && { ...aws.ssh.proxy, ...proxyKey(keys) },
      // `none` is a value, too, and gives no machine the cloud's permissions.
      cloudProvider: cluster.cloudProvider === CloudProvider.External,
      protect: cluster.protect,
    });
    return { ...byRole(aws, named(machines)), defaults: { controlPlaneEndpoint: endpoint }, bastion };
  },
};

type AwsModule = { AwsMachines: new (name: string, args: AwsMachinesArgs) => MadeMachines };

/**
 * \@pulumi/aws is large, slow to load and not installed everywhere: only a stack on AWS needs it, so nothing else may
 * name it, not even by its types, which ts-node would read.
 */
function makeMachines(name: string, args: AwsMachinesArgs): MadeMachines {
  let module: AwsModule;
  try {
    module = createRequire(__filename)("../../components/machines/aws/aws");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new pulumi.RunError(
      "machines.source is aws, and @pulumi/aws is not installed\n  expected: the version of package.json\n" +
        "  to do: npm ci, without --omit=dev",
    );
  }
  return new module.AwsMachines(name, args);
}
