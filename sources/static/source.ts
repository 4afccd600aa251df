import { staticMachines } from "../../components";
import { byRole, type MachineSource } from "../source";
import { machineKey, proxyKey } from "../ssh";
import { staticChecks } from "./checks";
import { staticSchema } from "./schema";

/** Existing machines. */
export const staticSource: MachineSource<typeof staticSchema> = {
  schema: staticSchema,
  checks: staticChecks,
  machines(_stack, { ssh, ...machines }, keys) {
    const login = { ...ssh, ...machineKey(keys), proxy: ssh.proxy && { ...ssh.proxy, ...proxyKey(keys) } };
    return { ...byRole(machines, (list) => staticMachines(list, login)), defaults: {} };
  },
};
