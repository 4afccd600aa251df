import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { formerly } from "../../values/identity";
import type { AwsRole } from "./options";
import { cloudControllerPolicy, ebsCsiPolicyArn, instanceTrust } from "./policies";

/** The arguments of {@link AwsProfiles}. */
export interface AwsProfilesArgs {
  /** The roles that there are machines of. */
  roles: AwsRole[];
  /** Whether control planes may do what the cloud integration does. */
  cloudProvider: boolean;
  /** Tags of everything. */
  tags: { [key: string]: string };
}

/** An instance profile for each role of machine. It allows nothing, unless the cloud integration runs there. */
export class AwsProfiles extends pulumi.ComponentResource {
  /** The profiles' names, by role. */
  readonly names: { [role: string]: pulumi.Output<string> };

  constructor(name: string, args: AwsProfilesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { roles, cloudProvider, tags } = args;
    super(
      "kubeadm-ha:index:AwsProfiles",
      name,
      { roles, cloudProvider },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsProfiles")),
    );
    const parent = { parent: this };
    this.names = Object.fromEntries(
      roles.map((each) => {
        const role = new iam.Role(`${name}-${each}`, { assumeRolePolicy: instanceTrust(), tags }, parent);
        if (cloudProvider && each === "control-plane") {
          new iam.RolePolicy(
            `${name}-${each}-cloud-controller`,
            { role: role.name, policy: cloudControllerPolicy() },
            parent,
          );
          new iam.RolePolicyAttachment(
            `${name}-${each}-ebs-csi`,
            { role: role.name, policyArn: ebsCsiPolicyArn },
            parent,
          );
        }
        const profile = new iam.InstanceProfile(`${name}-${each}`, { role: role.name, tags }, parent);
        return [each, profile.name];
      }),
    );
    this.registerOutputs();
  }
}
