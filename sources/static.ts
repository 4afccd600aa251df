import * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, staticMachines } from "../components";
import type { StaticSettings } from "../config/machines";
import type { Provided } from "./provided";

/** Machines that are there already. */
export function fromOwner({ ssh, ...machines }: StaticSettings, sshPrivateKey = ""): Provided {
  const login = { ...ssh, privateKey: pulumi.secret(sshPrivateKey) };
  const list = (of: StaticSettings["controlPlanes"]): MachineArgs[] => staticMachines(of, login);
  return { controlPlanes: list(machines.controlPlanes), loadBalancers: list(machines.loadBalancers), defaults: {} };
}
