import * as pulumi from "@pulumi/pulumi";
import { noteChosen } from "../components/values/fingerprint";
import { hasSecret, type SecretText } from "./secrets";

/** What are secrets already, whatever is in them, and large. */
const always = ["connection", "stdin"];

/**
 * A value in which every text that has one of these secrets in it is a secret; what is known later is looked at then.
 * By its text and not by its place, so that it stays one wherever it goes, and nobody on its way has to know.
 */
export function keepSecret(secrets: SecretText[]): <T>(value: T) => T {
  const has = hasSecret(secrets);
  const hasAny = (value: unknown): boolean => {
    if (typeof value === "string") return has(value);
    // Names too: a file's fingerprint has its path, and that may be after a registry.
    return typeof value === "object" && value !== null && Object.entries(value).flat().some(hasAny);
  };
  const kept = (value: unknown): unknown => {
    if (typeof value === "string") return has(value) ? pulumi.secret(value) : value;
    if (pulumi.Output.isInstance(value) || value instanceof Promise)
      return pulumi.output(value).apply((known) => (hasAny(known) ? pulumi.secret(known) : known));
    if (Array.isArray(value)) return value.map(kept);
    if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, always.includes(key) ? each : kept(each)]),
    );
  };
  return secrets.length === 0 ? (value) => value : <T>(value: T) => kept(value) as T;
}

/** Has every resource of the stack keep them, too. */
export function keepSecretInStack(secrets: SecretText[]): void {
  for (const { text } of secrets) noteChosen(text);
  if (secrets.length > 0) pulumi.runtime.registerStackTransformation(keepSecretInResource(secrets));
}

/** Has a resource keep them: in its inputs, and in what it says of itself if it is a component. */
export function keepSecretInResource(secrets: SecretText[]): pulumi.ResourceTransformation {
  const kept = keepSecret(secrets);
  return ({ resource, props, opts }) => {
    // Transformations see inputs alone, and outputs of a component are in the state as well.
    const component = resource as { registerOutputs?(outputs?: unknown): void };
    const register = component.registerOutputs?.bind(resource);
    if (register) component.registerOutputs = (outputs) => register(kept(outputs));
    return { props: kept(props), opts };
  };
}
