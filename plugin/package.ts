import * as pulumi from "@pulumi/pulumi";
import * as exported from "../components";
import { type Property, settled, type Types } from "./arguments";

type Component = new (name: string, args: unknown, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** What of a schema is needed to make a component by it. */
interface Schema {
  version: string;
  types: Types;
  resources: { [token: string]: { inputProperties: { [name: string]: Property }; properties: object } };
}

/** The components, made for programs in any language. */
export class ComponentPackage implements pulumi.provider.Provider {
  readonly version: string;
  private readonly known: Schema;

  constructor(readonly schema: string) {
    this.known = JSON.parse(schema);
    this.version = this.known.version;
  }

  /** Makes a component. Fails with all that is wrong with its arguments, before anything is made. */
  async construct(
    name: string,
    token: string,
    inputs: pulumi.Inputs,
    opts: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const definition = this.known.resources[token];
    if (!definition) throw new Error(`there is no ${token} in version ${this.version} of kubeadm-ha`);
    const args = await Promise.all(
      Object.entries(inputs).map(async ([key, value]) => {
        const property = definition.inputProperties[key] ?? {};
        return { key, ...(await settled(key, value, property, this.known.types)) };
      }),
    );
    const Class = Reflect.get(exported, token.split(":")[2]) as Component;
    const component = new Class(
      name,
      Object.fromEntries(args.map(({ key, value }) => [key, value])),
      pulumi.mergeOptions(opts, { dependsOn: args.flatMap(({ resources }) => resources) }),
    );
    const state = Object.keys(definition.properties).map((key) => [key, Reflect.get(component, key)]);
    return { urn: component.urn, state: Object.fromEntries(state) };
  }
}
