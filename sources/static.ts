import * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, staticMachines } from "../components";
import type { Settings } from "../config";
import type { StaticSettings } from "../config/machines";
import type { Provided } from "./provided";

/** Machines that are there already. */
export function fromOwner({ ssh, ...machines }: StaticSettings, keys: Settings): Provided {
  const privateKey = pulumi.secret(keys.sshPrivateKey ?? "");
  const proxyKey = keys.sshProxyPrivateKey === undefined ? privateKey : pulumi.secret(keys.sshProxyPrivateKey);
  const login = { ...ssh, privateKey, proxy: ssh.proxy && { ...ssh.proxy, privateKey: proxyKey } };
  const list = (of: StaticSettings["controlPlanes"]): MachineArgs[] => staticMachines(of, login);
  return {
    controlPlanes: list(machines.controlPlanes),
    loadBalancers: list(machines.loadBalancers),
    etcdMachines: list(machines.etcd),
    workerPools: machines.workerPools.map((pool) => ({ ...pool, machines: list(pool.machines) })),
    defaults: {},
  };
}
