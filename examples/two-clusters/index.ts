// Two clusters in one program. One gets: two control planes of three machines each, which share nothing but the stack;
// whatever is made of a cluster is called after it, so that machines of both may have the same names.
import * as pulumi from "@pulumi/pulumi";
import { InstallMode, KubeadmCluster, type StaticMachine, staticMachines } from "kubeadm-ha";

const config = new pulumi.Config();
const ssh = { user: config.get("user"), privateKey: config.requireSecret("sshPrivateKey") };

function cluster(name: string): KubeadmCluster {
  const lists = config.requireObject<{ controlPlanes: StaticMachine[]; loadBalancers: StaticMachine[] }>(name);
  return new KubeadmCluster(name, {
    kubernetesVersion: config.require("kubernetesVersion"),
    controlPlanes: staticMachines(lists.controlPlanes, ssh),
    loadBalancers: staticMachines(lists.loadBalancers, ssh),
    install: { mode: InstallMode.Packages },
  });
}

const [blue, green] = [cluster("blue"), cluster("green")];

export const endpoints = { blue: blue.endpoint, green: green.endpoint };
export const kubeconfigs = { blue: blue.kubeconfig, green: green.kubeconfig }; // secrets
