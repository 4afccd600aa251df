import { stringify } from "yaml";

/** A chart of Helm, and what it is told. */
export interface Chart {
  /** The name of the chart and of its release. */
  name: string;
  /** Where it is published. */
  repository: string;
  /** Its version. */
  version: string;
  /** Its values, as YAML. */
  values: string;
}

const onControlPlanes = { "node-role.kubernetes.io/control-plane": "" };
const controlPlaneTaint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

/**
 * The cloud controller manager of AWS: tells Nodes their zone and addresses, takes their first taint away, makes load
 * balancers for Services. Routes to pods are the pod network's business.
 * https://github.com/kubernetes/cloud-provider-aws/tree/master/charts/aws-cloud-controller-manager
 */
export function cloudController(clusterName: string): Chart {
  return {
    name: "aws-cloud-controller-manager",
    repository: "https://kubernetes.github.io/cloud-provider-aws",
    version: "0.0.10",
    values: stringify({
      args: ["--v=2", "--cloud-provider=aws", `--cluster-name=${clusterName}`, "--configure-cloud-routes=false"],
      // It has to come up before there is a pod network or cluster DNS.
      hostNetworking: true,
      dnsPolicy: "Default",
      nodeSelector: onControlPlanes,
      tolerations: [
        controlPlaneTaint,
        { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
        { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
      ],
    }),
  };
}

/**
 * The CSI driver of AWS's disks, with a class of storage that is the default.
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/charts/aws-ebs-csi-driver
 */
export function diskDriver(): Chart {
  return {
    name: "aws-ebs-csi-driver",
    repository: "https://kubernetes-sigs.github.io/aws-ebs-csi-driver",
    version: "2.59.0",
    values: stringify({
      // Beside the cloud controller manager: the machines there have the role in AWS that may make disks.
      controller: { nodeSelector: onControlPlanes, tolerations: [controlPlaneTaint] },
      node: { tolerateAllTaints: true },
      storageClasses: [
        {
          name: "gp3",
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
          parameters: { type: "gp3", encrypted: "true" },
          // A disk is made in the zone of the pod that asks for it.
          volumeBindingMode: "WaitForFirstConsumer",
          allowVolumeExpansion: true,
        },
      ],
    }),
  };
}
