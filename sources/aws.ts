import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { AwsMachinesArgs, MadeMachines } from "../components/machines/aws/options";
import type { Settings } from "../config";
import { awsArgs } from "../config/aws-meaning";
import type { AwsSettings } from "../config/machines";
import { byRole, named, type Provided } from "./provided";

/** Machines made on EC2. */
export function fromAws(stack: string, aws: AwsSettings, settings: Settings): Provided {
  const { machines, endpoint, bastion } = makeMachines(`${stack}-aws`, {
    ...awsArgs(stack, aws),
    proxy: aws.ssh && {
      ...aws.ssh.proxy,
      privateKey: pulumi.secret(settings.sshProxyPrivateKey ?? settings.sshPrivateKey ?? ""),
    },
    cloudProvider: settings.cluster.cloudProvider !== undefined,
    protect: settings.cluster.protect,
  });
  return { ...byRole(aws, named(machines)), defaults: { controlPlaneEndpoint: endpoint }, bastion };
}

type AwsModule = { AwsMachines: new (name: string, args: AwsMachinesArgs) => MadeMachines };

/**
 * \@pulumi/aws is large, slow to load and not there for everybody: only a stack on AWS has need of it, so nothing else may name it, not even
 * by its types, which ts-node would read.
 */
function makeMachines(name: string, args: AwsMachinesArgs): MadeMachines {
  let module: AwsModule;
  try {
    module = createRequire(__filename)("../components/machines/aws/aws");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new pulumi.RunError(
      "machines.source is aws, and @pulumi/aws is not installed\n  expected: the version of package.json\n  to do: npm ci, without --omit=dev",
    );
  }
  return new module.AwsMachines(name, args);
}
