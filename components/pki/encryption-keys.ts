import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { formerly } from "../values/identity";

/** The arguments of {@link EncryptionKeys}. */
export interface EncryptionKeysArgs {
  /** Their names. */
  names: string[];
}

/** Keys that encrypt what is in etcd. They live in the state, so that a machine that comes later gets the same. */
export class EncryptionKeys extends pulumi.ComponentResource {
  /** 32 bytes in base64, by name. A secret. */
  readonly keys: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EncryptionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "kubeadm-ha:index:EncryptionKeys",
      name,
      { names: args.names },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:pki:EncryptionKeys")),
    );
    const keys = args.names.map((key) => {
      const source = new tls.PrivateKey(`${name}-${key}`, { algorithm: "ED25519" }, { parent: this });
      // The PEM has the 32 random bytes of the private key and constants: its SHA-256 is as hard to guess as they are.
      const bytes = source.privateKeyPem.apply((pem) => createHash("sha256").update(pem).digest("base64"));
      return [key, bytes] as const;
    });
    this.keys = pulumi.secret(pulumi.all(Object.fromEntries(keys)));
    this.registerOutputs();
  }
}
