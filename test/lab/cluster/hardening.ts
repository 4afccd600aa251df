import type { Any, Lab } from "../../support/lab";
import { type Ended, run } from "../../support/process";

/** A client without a name. */
export const nobody = { cert: undefined, key: undefined };

const auditLog = "/var/log/kubernetes/audit/audit.log";

/** The events in the audit logs of all API servers whose line has these words. */
export async function auditLines(lab: Lab, ...words: string[]): Promise<Any[]> {
  const search = [`cat ${auditLog}`, ...words.map((word) => `{ grep -F '${word}' || true; }`)].join(" | ");
  const found = await Promise.all(lab.controlPlanes.map((machine) => lab.on(machine, search)));
  return found
    .flatMap((text) => text.split("\n"))
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The flags that the API server of a machine runs with, one a line. */
export function flagsOf(lab: Lab, machine: string): Promise<string> {
  return lab.on(machine, "tr '\\0' '\\n' <\"/proc/$(pidof kube-apiserver)/cmdline\"");
}

/** What becomes of a privileged pod in a namespace; it is not kept. */
export function privilegedPod(lab: Lab, namespace: string): Promise<Ended> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "privileged", namespace },
    spec: { containers: [{ name: "main", image: "main", securityContext: { privileged: true } }] },
  };
  return run(lab.kubectlCommand(["create", "--dry-run=server", "-f", "-"]), { input: JSON.stringify(pod) });
}
