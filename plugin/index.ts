import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "@pulumi/pulumi/provider";
import { ComponentPackage } from "./package";

/**
 * What Pulumi starts for a program in another language: `pulumi-resource-kubeadm-ha`, or this folder by way of
 * PulumiPlugin.yaml.
 */
void main(new ComponentPackage(readFileSync(join(__dirname, "schema.json"), "utf8")), process.argv.slice(2));
