import * as pulumi from "@pulumi/pulumi";
import { ControlPlane, controlPlaneFiles, Init } from "../control-plane/control-plane";
import { leaveStep } from "../control-plane/leave";
import type { CustomCas } from "../kubeadm/certificate-options";
import type { ControlPlaneOptions } from "../kubeadm/options";
import { clusterRanges } from "../kubeadm/ranges";
import { encryptionKeys, identity } from "../kubeadm/security";
import { balance } from "../load-balancer/load-balancer";
import type { LoadBalancerOptions } from "../load-balancer/options";
import type { MachineArgs } from "../machine/machine";
import type { WorkerPool } from "../machine/worker-pool";
import { Cni, Network, namespacesOf } from "../network/network";
import { EncryptionKeys } from "../pki/encryption-keys";
import { Rollout } from "../rollout/rollout";
import { Admission } from "../roster/admission";
import { dissolution } from "../roster/dissolution";
import { Roster } from "../roster/roster";
import { InstallMode, type InstallOptions } from "../software/options";
import { withoutPasswords } from "../software/registries";
import { formerly } from "../values/identity";
import { Worker } from "../workers/workers";
import { clusterCertificates } from "./certificates";
import { checkedRelease } from "./checked";
import { joinCredentials, revoke } from "./credentials";
import { endpointOf } from "./endpoint";
import { etcdOnMachines } from "./etcd";
import { formerCluster, formerEtcdPki, formerWorkers } from "./former";
import { nodeSoftware, prepareNodes } from "./hosts";

/** The arguments of {@link KubeadmCluster}. */
export interface KubeadmClusterArgs extends ControlPlaneOptions {
  /** The control planes: 3, 5 or 7 machines. */
  controlPlanes: MachineArgs[];
  /**
   * The machines with a load balancer in front of them: one, or two that share `loadBalancer.virtualAddress`.
   * @default none, with controlPlaneEndpoint
   */
  loadBalancers?: MachineArgs[];
  /**
   * Worker machines, in pools of those that are alike. One that is taken off is drained, and its Node deleted.
   * @default none
   */
  workerPools?: WorkerPool[];
  /**
   * What runs on these machines.
   * @default HAProxy, and no virtual address
   */
  loadBalancer?: LoadBalancerOptions;
  /**
   * The machines of an external etcd: 3, 5 or 7.
   * @default none: every control plane has a member of its own
   */
  etcdMachines?: MachineArgs[];
  /**
   * Where clients reach the API, as `host:port`, if you run the load balancer yourself.
   * @default the virtual address, or else the load balancer's; port 6443
   */
  controlPlaneEndpoint?: pulumi.Input<string>;
  /**
   * A DNS name for the cluster's own load balancers, so that their address may change later: clients and machines reach
   * the API at it, port 6443. Its record is yours, and has to be there before the cluster is made.
   * @default none: the address itself
   */
  endpointName?: string;
  /**
   * How machines get container runtime, kubelet, kubeadm and images.
   * @default nothing is installed: mode preinstalled
   */
  install?: InstallOptions;
  /**
   * The pod network.
   * @default Cni.Flannel
   */
  cni?: Cni;
  /**
   * Custom CAs, each a certificate with its key.
   * @default all CAs are made
   */
  authorities?: CustomCas;
  /**
   * Whether CAs and the service-account key refuse to be deleted or replaced; `pulumi destroy` does, too, as
   * long as they do.
   * @default true
   */
  protect?: boolean;
  /**
   * Names the cluster's generation: a new value says that all machines of the former one are gone, and makes a new one.
   * @default "1"
   */
  generation?: string;
}

/** A highly available Kubernetes control plane, made with kubeadm on machines that are there. */
export class KubeadmCluster extends pulumi.ComponentResource {
  /** Where clients reach the API, as `host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** What clients verify API servers with: the cluster CA's certificate in PEM, with its issuers up to the root. */
  readonly caCertificate: pulumi.Output<string>;
  /** A kubeconfig for a user of `kubeadm:cluster-admins`. A secret; it works once the cluster is up. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: KubeadmClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const release = checkedRelease(name, args, opts?.parent);
    const { controlPlanes, loadBalancers = [], workerPools = [], etcdMachines = [], authorities, ...plain } = args;
    const { kubernetesVersion, cni = Cni.Flannel, imageRepository, security, protect, generation = "1" } = args;
    const { install = { mode: InstallMode.Preinstalled }, endpointName } = args;
    const former = formerly(formerCluster);
    const shown = args.install ? { ...plain, install: withoutPasswords(args.install), cni } : { ...plain, cni };
    super("kubeadm-ha:index:KubeadmCluster", name, shown, pulumi.mergeOptions(opts, former));
    const parent = { parent: this };
    const { endpoint, alsoAt } = endpointOf(args);
    const workers = workerPools.flatMap((pool) => pool.machines.map((machine) => ({ pool, machine })));
    const workerMachines = workers.map(({ machine }) => machine);
    const namespaces = namespacesOf[cni];
    const life = { machines: controlPlanes, endpoint, options: args, generation };

    // Machines, all at once.
    const prepared = { kubernetesVersion, release, install, imageRepository, endpointName };
    const software = nodeSoftware(prepared);
    const hosts = prepareNodes(name, controlPlanes, software.controlPlane, prepared, parent);
    const workerHosts = prepareNodes(name, workerMachines, software.worker, prepared, parent);

    // CAs, etcd and load balancers need no API server.
    const externalEtcd = etcdMachines.length > 0;
    const ca = clusterCertificates(name, { ...life, ready: hosts[0], externalEtcd, authorities, protect }, parent);
    const etcd = externalEtcd
      ? etcdOnMachines(
          name,
          {
            machines: etcdMachines,
            install,
            options: args.etcd,
            tlsMinVersion: security?.tlsMinVersion,
            certificates: args.certificates,
            authority: ca.etcd,
            protect,
            generation,
            former: formerEtcdPki(name, this, opts),
          },
          parent,
        )
      : undefined;
    const { proxy, timeSync } = install;
    const balancers = balance(
      name,
      { ...args.loadBalancer, machines: loadBalancers, controlPlanes, caCertificate: ca.trusted, proxy, timeSync },
      parent,
    );

    // The cluster. `kubeadm init` reaches its own API server through the endpoint; the other hosts may still be at
    // their preparation.
    const keys = encryptionKeys(security);
    const encryption = new EncryptionKeys(
      `${name}-pki-encryption`,
      { names: keys.filter((key) => key !== identity) },
      parent,
    );
    const shared = {
      endpoint,
      alsoAt,
      options: args,
      software: software.controlPlane,
      pki: pulumi.all([ca.files, etcd?.certificates.client]).apply(([files, client]) => ({ ...files, ...client })),
      etcdEndpoints: etcd?.cluster.endpoints,
      encryptionKeys: encryption.keys,
    };
    const init = new Init(
      name,
      { ...shared, machines: controlPlanes, generation },
      { ...parent, dependsOn: [hosts[0], ...balancers, ...(etcd ? [etcd.cluster] : [])] },
    );
    // Beside the joins, not before them: nodes become Ready when all are through.
    const made = { ...parent, dependsOn: init };
    if (cni === Cni.Flannel) {
      const { podCidr } = clusterRanges(args);
      const pluginImage = install.mode === InstallMode.Packages ? release.flannelPlugin : undefined;
      new Network(
        `${name}-network`,
        { machines: controlPlanes, podCidr, image: release.flannel, pluginImage, endpoint },
        made,
      );
    }
    const nodes = [...controlPlanes, ...workerMachines];
    const admission = new Admission(`${name}-admission`, { controlPlanes, nodes }, made);

    // Who joins, joins first.
    const credentials = joinCredentials(
      name,
      { ...life, workers: workerMachines, hosts, ca, etcdEndpoints: etcd?.cluster.endpoints },
      made,
    );
    const members = controlPlanes.map(
      (machine, i) =>
        new ControlPlane(
          `${name}-${machine.name}`,
          { ...shared, machine, namespaces },
          { ...parent, dependsOn: [init, hosts[i], ...credentials.forControlPlane[i]] },
        ),
    );
    dissolution(
      name,
      controlPlanes,
      members.map(({ leave }) => leave),
      parent,
    );
    const worker = {
      endpoint,
      caCertificate: ca.caCertificate,
      namespaces,
      software: software.worker,
      options: args,
    };
    const joined = workers.map(
      ({ pool, machine }, i) =>
        new Worker(
          `${name}-${machine.name}`,
          { ...worker, machine, pool, discovery: credentials.discovery[machine.name] },
          { ...parent, dependsOn: [init, workerHosts[i], ...credentials.forWorkers] },
        ),
    );
    const all = [...members, ...joined];
    revoke(name, { ...life, credentials, joined: all }, parent);

    formerWorkers(name, controlPlanes[0], this, opts);

    // Then what lives is changed, and who is not in the lists any more leaves.
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        etcd: etcd?.turns ?? [],
        controlPlanes: controlPlanes.map((machine) => ({ machine, files: controlPlaneFiles(machine, shared) })),
        workers: workers.map(({ machine }, i) => ({ machine, files: joined[i].files })),
        pki: shared.pki,
        encryptionKeys: keys,
        namespaces,
      },
      { ...parent, dependsOn: [admission, ...all, ...(etcd ? [etcd.members] : [])] },
    );
    new Roster(
      `${name}-roster`,
      { controlPlanes, pools: workerPools, schedulable: args.schedulable ?? false, leave: leaveStep(shared) },
      { ...parent, dependsOn: [rollout, ...all] },
    );

    this.endpoint = endpoint;
    this.caCertificate = ca.trusted;
    // Whoever uses the kubeconfig thereby waits for every control plane.
    this.kubeconfig = pulumi
      .all([credentials.kubeconfig, ...members.map((member) => member.ready)])
      .apply(([text]) => text);
    this.registerOutputs({ endpoint, caCertificate: ca.trusted, kubeconfig: this.kubeconfig });
  }
}
