import * as pulumi from "@pulumi/pulumi";
import { staticMachines } from "../components";
import type { Settings } from "../config";
import type { StaticSettings } from "../config/machines";
import { byRole, type Provided } from "./provided";

/** Machines that are there already. */
export function fromOwner({ ssh, ...machines }: StaticSettings, keys: Settings): Provided {
  const privateKey = pulumi.secret(keys.sshPrivateKey ?? "");
  const proxyKey = keys.sshProxyPrivateKey === undefined ? privateKey : pulumi.secret(keys.sshProxyPrivateKey);
  const login = { ...ssh, privateKey, proxy: ssh.proxy && { ...ssh.proxy, privateKey: proxyKey } };
  return { ...byRole(machines, (list) => staticMachines(list, login)), defaults: {} };
}
