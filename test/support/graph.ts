import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { commandAndTls, nameOf, record, type Surroundings } from "./record";

/** One registration, as the engine would have received it. */
export interface Registration {
  type: string;
  name: string;
  /** The parent's name, or "" for the stack itself. */
  parent: string;
  /** Names of what it waits for, in order, whether by `dependsOn` or through its inputs. */
  dependencies: string[];
  /** The inputs; a secret one shows as `[secret]`. */
  inputs: Record<string, unknown>;
  /** The inputs with what is secret in clear. */
  clear: Record<string, unknown>;
  protect: boolean;
  deleteBeforeReplace: boolean;
  ignoreChanges: string[];
  secretOutputs: string[];
  /** The name of that whose deletion spares it its own; "" for none. */
  deletedWith: string;
}

const secretEnvelope = "4dabf18193072939515e22adb298388d";

/** The program of the repository, from its beginning. */
export async function runIndex(): Promise<unknown> {
  vi.resetModules();
  const { default: program }: { default: () => Promise<unknown> } = await import("../../index.js" as string);
  return program();
}

/** The program of the repository, as {@link recordProgram} has it. */
export function recordGraph(surroundings: Surroundings): Promise<Registration[]> {
  return recordProgram(runIndex, surroundings);
}

/**
 * Runs a program against recorded mocks and returns every registration. Stricter than mocks alone: what a provider or
 * the engine would mark as secret is secret here, too. It does not prove what providers do with these inputs.
 */
export async function recordProgram(program: () => unknown, surroundings: Surroundings): Promise<Registration[]> {
  const answer = await commandAndTls();
  const requests = await record(program, surroundings, {
    call: ({ inputs }) => inputs,
    resource: (type, name, inputs) => ({ ...inputs, ...answer(type, name, inputs) }),
  });
  return requests.map((request) => {
    const object = request.getObject()?.toJavaScript() ?? {};
    return {
      type: request.getType(),
      name: request.getName(),
      parent: nameOf(request.getParent()),
      dependencies: request.getDependenciesList().map(nameOf).sort(),
      inputs: mask(object) as Record<string, unknown>,
      clear: reveal(object) as Record<string, unknown>,
      protect: request.getProtect() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      ignoreChanges: request.getIgnorechangesList(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      deletedWith: nameOf(request.getDeletedwith()),
    };
  });
}

/** What an output comes to, and whether it is a secret. */
export async function resolved<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const value = await new Promise<T>((resolve) => output.apply((each) => resolve(each as T)));
  return { value, secret: await pulumi.isSecret(output) };
}

function mask(value: unknown): unknown {
  return transform(value, () => "[secret]");
}

function reveal(value: unknown): unknown {
  return transform(value, (inner) => reveal(inner));
}

function transform(value: unknown, secret: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => transform(item, secret));
  if (value === null || typeof value !== "object") return value;
  const object = value as Record<string, unknown>;
  if (secretEnvelope in object) return secret(object.value);
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, transform(item, secret)]));
}
