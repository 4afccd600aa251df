import * as pulumi from "@pulumi/pulumi";
import * as mocks from "@pulumi/pulumi/runtime/mocks";
import { type Authority, newAuthority } from "./authority";

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

/**
 * Runs a program against recorded mocks and returns every registration. Stricter than mocks alone: what a provider or
 * the engine would mark as secret is secret here, too. It does not prove what providers do with these inputs.
 *
 * Once a process: the SDK's runtime is global.
 */
export async function recordGraph(
  program: () => unknown,
  options: { config: Record<string, unknown>; preview?: boolean; stack?: string },
): Promise<Registration[]> {
  const registrations: Registration[] = [];
  const register = mocks.MockMonitor.prototype.registerResource;
  // biome-ignore lint/suspicious/noExplicitAny: the request is a generated protobuf class without types
  mocks.MockMonitor.prototype.registerResource = function (this: unknown, request: any, callback: any) {
    const object = request.getObject()?.toJavaScript() ?? {};
    registrations.push({
      type: request.getType(),
      name: request.getName(),
      parent: nameOf(request.getParent()),
      dependencies: request.getDependenciesList().map(nameOf).sort(),
      inputs: mask(object) as Record<string, unknown>,
      clear: reveal(object) as Record<string, unknown>,
      protect: request.getProtect() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      deletedWith: nameOf(request.getDeletedwith() ?? ""),
    });
    return register.call(this as mocks.MockMonitor, request, callback);
  } as typeof register;
  const authority = await newAuthority();
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(options.config).map(([key, value]) => [
        `kubeadm-ha:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ name, type, inputs }) => ({
        id: `${name}-id`,
        state: { ...inputs, ...outputs(type, name, authority) },
      }),
    },
    "kubeadm-ha",
    options.stack ?? "test",
    options.preview ?? false,
  );
  await program();
  await pulumi.runtime.disconnect();
  return registrations.filter(({ type }) => type !== "pulumi:pulumi:Stack");
}

function outputs(type: string, name: string, authority: Authority): Record<string, unknown> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return {
        // The mark tells what it is of; a CA's is a key besides, for the program signs with it.
        privateKeyPem: pulumi.secret(`KEY ${name}${name.endsWith("-ca-key") ? `\n${authority.privateKey}` : ""}`),
        privateKeyOpenssh: pulumi.secret(`OPENSSH KEY ${name}`),
        publicKeyPem: `PUBLIC KEY ${name}`,
        publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
      };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `REQUEST ${name}` };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: `CERTIFICATE ${name}\n${authority.certificate}` };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `CERTIFICATE ${name}` };
    default:
      return { stdout: `stdout of ${name}`, stderr: "" };
  }
}

function nameOf(urn: string): string {
  return urn.includes("pulumi:pulumi:Stack") && !urn.includes("$") ? "" : (urn.split("::").pop() ?? "");
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
