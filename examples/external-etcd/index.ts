// An etcd on machines of its own, for the API servers of a cluster that somebody else makes. One gets: three, five or
// seven members with certificates, and what kubeadm's `etcd.external` takes: endpoints, caFile, certFile, keyFile.
import * as pulumi from "@pulumi/pulumi";
import { ExternalEtcd, InstallMode, type StaticMachine, staticMachines } from "kubeadm-ha";

const config = new pulumi.Config();

const etcd = new ExternalEtcd("store", {
  machines: staticMachines(config.requireObject<StaticMachine[]>("machines"), {
    user: config.get("user"),
    privateKey: config.requireSecret("sshPrivateKey"),
  }),
  // Packages of distributions are too old: etcd comes from the archive of a release.
  install: {
    mode: InstallMode.Packages,
    etcdArchive: config.require("etcdArchive"),
    etcdArchiveSha256: config.require("etcdArchiveSha256"),
  },
});

export const { endpoints, caCertificate, clientCertificate, clientKey } = etcd;
