import { hostKeyProblems, loginFieldProblems } from "../../components/machine/checks";
import { placedMachines } from "../../components/machine/machine-lists";
import type { Problem } from "../../components/values/problems";
import { configPaths } from "../lists";
import type { AroundMachines } from "../source";
import { keyProblems, proxyProblems } from "../ssh";
import type { StaticConfig } from "./schema";

/** What is wrong with existing machines. */
export function staticChecks(machines: StaticConfig, keys: AroundMachines): Problem[] {
  const { sshPrivateKey, sshProxyPrivateKey } = keys;
  const { proxy } = machines.ssh;
  const problems = [
    ...placedMachines(machines, configPaths.machines).flatMap(({ path, hostKey, port, user }) => [
      ...hostKeyProblems(`${path}.hostKey`, hostKey),
      ...loginFieldProblems({ port, user }, `${path}.`),
    ]),
    ...loginFieldProblems(machines.ssh, "machines.ssh."),
    ...(proxy ? proxyProblems(proxy) : []),
    ...keyProblems(keys),
  ];
  if (sshPrivateKey === undefined) {
    problems.push({
      path: "sshPrivateKey",
      message:
        "missing; set the key that the machines accept: pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519",
    });
  }
  if (sshProxyPrivateKey !== undefined && !proxy)
    problems.push({ path: "sshProxyPrivateKey", message: "there is no machines.ssh.proxy that would accept it" });
  return problems;
}
