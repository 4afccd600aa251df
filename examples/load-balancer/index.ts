// Load balancers in front of control planes that somebody else made. One gets: HAProxy, which asks every API server for
// /readyz, on one machine, or on two that share an address; and the endpoint for `kubeadm init` and for clients.
import * as pulumi from "@pulumi/pulumi";
import { type ApiServerArgs, LoadBalancers, type StaticMachine, staticMachines } from "kubeadm-ha";

const config = new pulumi.Config();

const balancers = new LoadBalancers("api", {
  machines: staticMachines(config.requireObject<StaticMachine[]>("machines"), {
    user: config.get("user"),
    privateKey: config.requireSecret("sshPrivateKey"),
  }),
  virtualAddress: config.get("virtualAddress"),
  controlPlanes: config.requireObject<ApiServerArgs[]>("controlPlanes"),
  caCertificate: config.require("caCertificate"),
});

export const endpoint = balancers.endpoint;
