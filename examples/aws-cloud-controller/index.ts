import { readFileSync } from "node:fs";
import { join } from "node:path";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type Chart, cloudController, diskDriver } from "./charts";

// The stack that made the cluster, with cluster.cloudProvider: external and a providerId for each machine.
const config = new pulumi.Config();
const cluster = new pulumi.StackReference(config.require("clusterStack"));
const kubeconfig = cluster.requireOutput("kubeconfig").apply(String);

const controller = install(cloudController(config.require("clusterName")));
// Its controller is an ordinary pod, which no Node takes before the cloud controller manager has seen to it.
install(diskDriver(), [controller]);

/** A chart on the cluster, by the helm of this machine. Another chart or other values are an upgrade. */
function install(chart: Chart, dependsOn: pulumi.Resource[] = []): local.Command {
  const words = [chart.name, chart.repository, chart.version];
  return new local.Command(
    chart.name,
    {
      create: `bash -s -- install ${words.join(" ")}`,
      delete: `bash -s -- uninstall ${chart.name}`,
      stdin: readFileSync(join(__dirname, "helm.sh"), "utf8"),
      environment: { KUBECONFIG_TEXT: pulumi.secret(kubeconfig), VALUES: chart.values },
    },
    { dependsOn, deleteBeforeReplace: true },
  );
}
