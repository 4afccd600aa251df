// An application on a cluster that another stack made. One gets: a Deployment that has a pod left while a node is
// drained, and a Service, in a namespace of their own. The kubeconfig comes from that stack, and stays a secret.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const cluster = new pulumi.StackReference(config.require("clusterStack"));
const provider = new k8s.Provider("cluster", { kubeconfig: cluster.requireOutput("kubeconfig") });
const there = { provider };

const labels = { app: "web" };
const namespace = new k8s.core.v1.Namespace("web", {}, there).metadata.name;
new k8s.apps.v1.Deployment(
  "web",
  {
    metadata: { namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "web", image: config.require("image"), ports: [{ containerPort: 80 }] }] },
      },
    },
  },
  there,
);
new k8s.policy.v1.PodDisruptionBudget(
  "web",
  { metadata: { namespace }, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
  there,
);
const service = new k8s.core.v1.Service(
  "web",
  { metadata: { namespace }, spec: { selector: labels, ports: [{ port: 80 }] } },
  there,
);

export const name = pulumi.interpolate`${service.metadata.name}.${namespace}`;
