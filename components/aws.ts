/** The public surface of machines on AWS, as `kubeadm-ha/aws`: it alone loads `@pulumi/aws`. */
export { AwsMachines } from "./machines/aws/aws";
export * from "./machines/aws/options";
