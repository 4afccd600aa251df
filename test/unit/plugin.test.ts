import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { settled, type Types } from "../../plugin/arguments";

const machine = { $ref: "#/types/kubeadm-ha:index:Machine" };
const types: Types = {
  "kubeadm-ha:index:Machine": { properties: { name: { type: "string", plain: true }, address: { type: "string" } } },
  "kubeadm-ha:index:Pool": { properties: { machines: { type: "array", items: machine } } },
};
const list = { type: "array", items: machine };

beforeEach(async () => {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) },
    "project",
    "stack",
  );
});

/** An output as an engine hands it over: of a resource or of none, known or not. */
function output<T>(value: T | undefined, from: pulumi.Resource[] = []): pulumi.Output<T> {
  const Output = pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<T>;
  const known = Promise.resolve(value !== undefined);
  return new Output(new Set(from), Promise.resolve(value), known, Promise.resolve(false), Promise.resolve([]));
}

const unknown = () => output<never>(undefined);

test("a list of another resource is waited for, and what is made by it depends on that", async () => {
  const maker = new pulumi.ComponentResource("test:index:Maker", "maker");
  const machines = output([{ name: "cp-1", address: "192.0.2.1" }], [maker]);
  const { value, resources } = await settled("controlPlanes", machines, list, types);
  expect(value).toEqual([{ name: "cp-1", address: "192.0.2.1" }]);
  expect(resources).toEqual([maker]);
});

test("an address may wait, wherever it is; a name and the number of machines may not", async () => {
  const address = unknown();
  const { value } = await settled("controlPlanes", [{ name: "cp-1", address }], list, types);
  expect((value as { address: unknown }[])[0].address).toBe(address);
  const pools = { type: "array", items: { $ref: "#/types/kubeadm-ha:index:Pool" } };
  await expect(settled("controlPlanes", [{ name: unknown(), address }], list, types)).rejects.toThrow(
    "controlPlanes[0].name: is not known",
  );
  await expect(settled("controlPlanes", unknown(), list, types)).rejects.toThrow("controlPlanes: is not known");
  await expect(settled("workerPools", [{ machines: unknown() }], pools, types)).rejects.toThrow(
    "workerPools[0].machines: is not known",
  );
});

test("a secret stays one where it may be an output", async () => {
  const address = pulumi.secret("192.0.2.1");
  const { value } = await settled("controlPlanes", [{ name: "cp-1", address }], list, types);
  expect(await pulumi.isSecret((value as { address: pulumi.Output<string> }[])[0].address)).toBe(true);
  const endpoint = await settled("controlPlaneEndpoint", pulumi.secret("a:6443"), { type: "string" }, types);
  expect(await pulumi.isSecret(endpoint.value as pulumi.Output<string>)).toBe(true);
});

test("of a list that is a secret as a whole, addresses stay secrets, and names are known", async () => {
  const machines = pulumi.secret([{ name: "cp-1", address: "192.0.2.1" }]);
  const { value } = await settled("controlPlanes", machines, list, types);
  const [{ name, address }] = value as { name: string; address: pulumi.Output<string> }[];
  expect(name).toBe("cp-1");
  expect(await pulumi.isSecret(address)).toBe(true);
  const { value: plain } = await settled(
    "controlPlanes",
    output([{ name: "cp-1", address: "192.0.2.1" }]),
    list,
    types,
  );
  expect(plain).toEqual([{ name: "cp-1", address: "192.0.2.1" }]);
});
