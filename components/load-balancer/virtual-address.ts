import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** The arguments of {@link VirtualAddress}. */
export interface VirtualAddressArgs {
  /** The address. */
  address: string;
  /** The names of the machines that share it. */
  machines: string[];
}

/** What machines have in common that share an address. */
export class VirtualAddress extends pulumi.ComponentResource {
  /** The password by which they know each other. A secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: VirtualAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm-ha:load-balancer:VirtualAddress", name, { ...args }, opts);
    // Made once and kept as a secret, by a provider that is there already; as a key it is used nowhere.
    const { privateKeyPem } = new tls.PrivateKey(`${name}-password`, { algorithm: "ED25519" }, { parent: this });
    this.password = privateKeyPem.apply((key) => createHash("sha256").update(key).digest("base64url").slice(0, 8));
    this.registerOutputs();
  }
}
