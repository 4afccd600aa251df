// A cluster on machines that are made on AWS. One gets: three control planes and two workers over three zones, in a VPC
// of their own, a Network Load Balancer in front of them, and a bastion by which Pulumi reaches them.
import * as pulumi from "@pulumi/pulumi";
import { ContainerdSource, InstallMode, KubeadmCluster } from "kubeadm-ha";
import { AwsMachines } from "kubeadm-ha/aws";

const config = new pulumi.Config();
const name = pulumi.getStack();
const [controlPlanes, workers] = [
  ["cp-1", "cp-2", "cp-3"],
  ["general-1", "general-2"],
];
const wanted = (names: string[]) => names.map((each) => ({ name: each }));

const aws = new AwsMachines(`${name}-aws`, {
  cluster: name,
  zones: config.requireObject<string[]>("zones"),
  controlPlanes: wanted(controlPlanes),
  workers: wanted(workers),
  networkLoadBalancer: {},
  bastion: { allowedCidrs: config.requireObject<string[]>("allowedCidrs") },
});
const made = (names: string[]) => aws.machines.filter((machine) => names.includes(machine.name));

const cluster = new KubeadmCluster(name, {
  kubernetesVersion: config.require("kubernetesVersion"),
  controlPlanes: made(controlPlanes),
  workerPools: [{ name: "general", machines: made(workers) }],
  controlPlaneEndpoint: aws.endpoint,
  install: { mode: InstallMode.Packages, containerd: ContainerdSource.Docker },
});

export const endpoint = cluster.endpoint;
export const kubeconfig = cluster.kubeconfig; // a secret
export const bastion = aws.bastion;
