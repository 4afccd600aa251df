import * as pulumi from "@pulumi/pulumi";
import { staticMachines } from "../../components";
import { byRole, type MachineSource } from "../source";
import { staticChecks } from "./checks";
import { staticSchema } from "./schema";

/** Existing machines. */
export const staticSource: MachineSource<typeof staticSchema> = {
  schema: staticSchema,
  checks: staticChecks,
  machines(_stack, { ssh, ...machines }, keys) {
    const privateKey = pulumi.secret(keys.sshPrivateKey ?? "");
    const proxyKey = keys.sshProxyPrivateKey === undefined ? privateKey : pulumi.secret(keys.sshProxyPrivateKey);
    const login = { ...ssh, privateKey, proxy: ssh.proxy && { ...ssh.proxy, privateKey: proxyKey } };
    return { ...byRole(machines, (list) => staticMachines(list, login)), defaults: {} };
  },
};
