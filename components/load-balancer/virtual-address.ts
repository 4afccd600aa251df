import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { MachineArgs } from "../machine/machine";
import { formerly } from "../values/identity";
import { letGo } from "./let-go";

/** The arguments of {@link VirtualAddress}. */
export interface VirtualAddressArgs {
  /** The address. */
  address: string;
  /** The machines that share it. */
  machines: MachineArgs[];
}

/**
 * What machines have in common that share an address, and what one of them does when it is let go: it gives the address
 * up.
 */
export class VirtualAddress extends pulumi.ComponentResource {
  /** The password by which they know each other. A secret. */
  readonly password: pulumi.Output<string>;
  private readonly name: string;
  private readonly key: tls.PrivateKey;

  constructor(name: string, args: VirtualAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    const { address, machines } = args;
    const names = machines.map((machine) => machine.name);
    super(
      "kubeadm-ha:index:VirtualAddress",
      name,
      { address, machines: names },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:load-balancer:VirtualAddress")),
    );
    this.name = name;
    // Made once and kept as a secret, by a provider that is there already; as a key it is used nowhere.
    this.key = new tls.PrivateKey(`${name}-password`, { algorithm: "ED25519" }, { parent: this });
    this.password = this.key.privateKeyPem.apply((pem) =>
      createHash("sha256").update(pem).digest("base64url").slice(0, 8),
    );
    this.registerOutputs();
  }

  /**
   * Has a machine give the address up when it is removed. That comes after its load balancer was configured: there it
   * is noted which machine this is now, and one that was removed in name alone goes on.
   */
  onRemoval(machine: MachineArgs, loadBalancer: pulumi.Resource): void {
    // Where the address itself goes, as with the whole cluster, a machine that goes, too, need not be told.
    const deletedWith = machine.disposable ? this.key : undefined;
    letGo(`${this.name}-${machine.name}-farewell`, machine, { parent: this, deletedWith, dependsOn: [loadBalancer] });
  }
}
