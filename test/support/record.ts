import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { type Authority, newAuthority } from "./authority";

/** What a program runs with: configuration by key, without the project's name before it. */
export interface Surroundings {
  config: Record<string, unknown>;
  /** @default "test" */
  stack?: string;
  /** @default false */
  preview?: boolean;
}

/** The outputs that a provider would answer with. */
export type Answer = (type: string, name: string, inputs: Record<string, unknown>) => Record<string, unknown>;

/**
 * Runs a program to its end as the engine would, and returns every registration that it asked for. The SDK's runtime is
 * global: each run begins with a new one, and there must never be two at once.
 */
export async function record(
  program: () => unknown,
  { config, stack = "test", preview = false }: Surroundings,
  { resource, call }: { resource: Answer; call: pulumi.runtime.Mocks["call"] },
): Promise<RegisterResourceRequest[]> {
  const requests: RegisterResourceRequest[] = [];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key.includes(":") ? key : `kubeadm-ha:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const newResource: pulumi.runtime.Mocks["newResource"] = ({ type, name, inputs }) => {
    const { id, ...state } = resource(type, name, inputs);
    return { id: String(id ?? `${name}-id`), state };
  };
  await pulumi.runtime.setMocks({ newResource, call }, "kubeadm-ha", stack, preview);
  // Mocks are not told what a resource waits for, nor its options.
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.push(request);
    return register(request, callback);
  };
  await program();
  await pulumi.runtime.disconnect();
  return requests.filter((request) => request.getType() !== "pulumi:pulumi:Stack");
}

/** What tells two resources of a program apart, of a URN: `<type>|<name>`; "" for the stack and for none. */
export function keyOf(urn = ""): string {
  const [, , types, name] = urn.replace("urn:pulumi:", "").split("::");
  return !types || types === "pulumi:pulumi:Stack" ? "" : `${types.split("$").pop()}|${name}`;
}

/** The name in a URN; "" for the stack and for none. */
export function nameOf(urn?: string): string {
  return keyOf(urn).split("|")[1] ?? "";
}

/**
 * What the providers `command` and `tls` would answer. A text tells what it is of; a CA is one besides, for the program
 * signs with it.
 */
export async function commandAndTls(): Promise<Answer> {
  const authority = await newAuthority();
  return (type, name) => outputs(type, name, authority);
}

function outputs(type: string, name: string, authority: Authority): Record<string, unknown> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return {
        privateKeyPem: pulumi.secret(`KEY ${name}${name.endsWith("-ca-key") ? `\n${authority.privateKey}` : ""}`),
        privateKeyOpenssh: pulumi.secret(`OPENSSH KEY ${name}\n`),
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
