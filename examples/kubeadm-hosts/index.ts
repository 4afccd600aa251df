// Machines that are ready for kubeadm, and no cluster. One gets on each of them: container runtime, kubelet, kubeadm
// and images, swap off, and the kernel as a kubelet needs it; `kubeadm init` and `kubeadm join` are left to you.
import * as pulumi from "@pulumi/pulumi";
import { InstallMode, KubeadmHosts, type StaticMachine, staticMachines } from "kubeadm-ha";

const config = new pulumi.Config();
const ssh = { user: config.get("user"), privateKey: config.requireSecret("sshPrivateKey") };
const machines = (list: string) => staticMachines(config.getObject<StaticMachine[]>(list) ?? [], ssh);

const hosts = new KubeadmHosts("nodes", {
  kubernetesVersion: config.require("kubernetesVersion"),
  controlPlanes: machines("controlPlanes"),
  workers: machines("workers"),
  install: { mode: InstallMode.Packages },
});

export const ready = hosts.ready;
