/**
 * Writes a stack of existing machines that nobody has, to be previewed: `workers.ts DIRECTORY WORKERS
 * KUBERNETES-VERSION`, into DIRECTORY as `stack.yaml`, and `machines.yaml` beside it.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { newSshKey } from "../support/ssh-key";

const [directory, workers, kubernetesVersion] = process.argv.slice(2);
// Nobody's, of the right size.
const hostKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;
// 198.18.0.0/15 is for benchmarks (RFC 2544).
const machine = (name: string, i: number) => ({ name, address: `198.18.${i >> 8}.${i & 255}`, hostKey });

const machines = {
  source: "static",
  controlPlanes: [1, 2, 3].map((n) => machine(`cp-${n}`, n)),
  loadBalancers: [machine("lb-1", 10)],
  workerPools: [
    {
      name: "workers",
      machines: Array.from({ length: Number(workers) }, (_, i) => machine(`worker-${i + 1}`, 256 + i)),
    },
  ],
};
const config = {
  // For any number of machines the same way: in the stack's own file there is room for some hundreds.
  "kubeadm-ha:machines": { file: resolve(directory, "machines.yaml") },
  "kubeadm-ha:sshPrivateKey": newSshKey().private,
  // The default has room for 256 Nodes.
  "kubeadm-ha:cluster": { kubernetesVersion, podCidr: "10.128.0.0/9" },
};
writeFileSync(join(directory, "machines.yaml"), stringify(machines));
writeFileSync(join(directory, "stack.yaml"), stringify({ config }), { mode: 0o600 });
