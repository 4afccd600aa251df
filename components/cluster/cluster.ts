import * as pulumi from "@pulumi/pulumi";
import { Bootstrap, Member } from "../control-plane/control-plane";
import type { ControlPlaneOptions } from "../control-plane/options";
import { clusterRanges } from "../control-plane/ranges";
import { encryptionKeys, etcdFlags, identity } from "../control-plane/security";
import { Settings } from "../control-plane/settings";
import { externalEtcd } from "../etcd/etcd";
import { Host, HostRole } from "../host/host";
import { type InstallArgs, InstallMode } from "../host/install";
import { apiPort } from "../load-balancer/backend";
import { balance } from "../load-balancer/load-balancer";
import type { LoadBalancerOptions } from "../load-balancer/options";
import { socketAddress } from "../machines/address";
import { clusterAddress, type MachineArgs } from "../machines/machine";
import { Cni, Network, namespacesOf } from "../network/network";
import { EncryptionKeys } from "../pki/encryption-keys";
import type { OwnAuthorities } from "../pki/options";
import type { WorkerPool } from "../workers/options";
import { Worker, WorkerPools } from "../workers/workers";
import { certificates } from "./certificates";
import { checkedRelease } from "./checked";
import { sandboxImage } from "./versions";

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
   * How machines get container runtime, kubelet, kubeadm and images.
   * @default nothing is installed: mode preinstalled
   */
  install?: InstallArgs;
  /**
   * The pod network.
   * @default Cni.Flannel
   */
  cni?: Cni;
  /**
   * Authorities of your own, each a certificate with its key.
   * @default all are made
   */
  authorities?: OwnAuthorities;
  /**
   * Whether authorities and the service-account key refuse to be deleted or replaced; `pulumi destroy` does, too, as
   * long as they do.
   * @default true
   */
  protect?: boolean;
  /**
   * Names this life of the cluster: a new value says that all machines of the former one are gone, and makes a new one.
   * @default "1"
   */
  generation?: string;
}

/** A highly available Kubernetes control plane, made with kubeadm on machines that are there. */
export class KubeadmCluster extends pulumi.ComponentResource {
  /** Where clients reach the API, as `host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** A kubeconfig for a user of `kubeadm:cluster-admins`. A secret; it works once the cluster is up. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: KubeadmClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const release = checkedRelease(args);
    const {
      controlPlanes,
      loadBalancers = [],
      workerPools = [],
      etcdMachines = [],
      authorities = {},
      kubernetesVersion,
      cni = Cni.Flannel,
      ...settings
    } = args;
    const install = args.install ?? { mode: InstallMode.Preinstalled };
    super("kubeadm-ha:cluster:KubeadmCluster", name, { ...settings, kubernetesVersion, cni }, opts);
    const parent = { parent: this };

    this.endpoint = pulumi.output(args.controlPlaneEndpoint ?? endpointAt(loadBalancers[0], args.loadBalancer));
    const { endpoint } = this;
    const software = {
      kubernetesVersion,
      install,
      imageRepository: args.imageRepository,
      sandboxImage: sandboxImage(release, args.imageRepository),
    };
    const host = (role: HostRole) => (machine: MachineArgs) =>
      new Host(`${name}-${machine.name}`, { machine, ...software, role }, parent);
    const hosts = controlPlanes.map(host(HostRole.Node));
    const workerMachines = workerPools.flatMap((pool) => pool.machines);
    const life = { machines: controlPlanes, endpoint, options: args, generation: args.generation ?? "1" };
    const pki = certificates(
      name,
      {
        ...life,
        hosts,
        workers: workerMachines,
        externalEtcd: etcdMachines.length > 0,
        authorities,
        protect: args.protect,
      },
      parent,
    );
    const etcd = externalEtcd(
      name,
      {
        machines: etcdMachines,
        hosts: etcdMachines.map(host(HostRole.Etcd)),
        authority: pki.etcd,
        certificates: args.certificates,
        protect: args.protect,
        options: args.etcd,
        flags: etcdFlags(args.security),
        generation: args.generation,
      },
      parent,
    );
    const balancers = balance(
      name,
      {
        ...args.loadBalancer,
        machines: loadBalancers,
        controlPlanes,
        caCertificate: pki.trusted,
        proxy: install.proxy,
        timeSync: install.timeSync,
      },
      parent,
    );

    const encryption = new EncryptionKeys(
      `${name}-pki-encryption`,
      { names: encryptionKeys(args.security).filter((key) => key !== identity) },
      parent,
    );
    const shared = {
      ...life,
      nodes: [...controlPlanes, ...workerMachines],
      pki: pulumi.all([pki.files, etcd?.client]).apply(([files, client]) => ({ ...files, ...client })),
      etcdEndpoints: etcd?.endpoints,
      encryptionKeys: encryption.keys,
    };
    // `kubeadm init` reaches its own API server through the endpoint. The other hosts may still be at their preparation.
    const bootstrap = new Bootstrap(name, shared, {
      ...parent,
      dependsOn: [hosts[0], ...balancers, ...(etcd ? [etcd] : [])],
    });
    const sharing = pki.share(bootstrap, etcd?.endpoints);
    if (cni === Cni.Flannel) {
      new Network(
        `${name}-network`,
        {
          machine: controlPlanes[0],
          podCidr: clusterRanges(args).podCidr,
          image: release.flannel,
          pluginImage: install.mode === InstallMode.Packages ? release.flannelPlugin : undefined,
          endpoint,
        },
        // Beside the joins, not before them: nodes become Ready when both are through.
        { ...parent, dependsOn: [bootstrap] },
      );
    }
    const members = controlPlanes.map(
      (machine, i) =>
        new Member(
          `${name}-${machine.name}`,
          { ...shared, machine, namespaces: namespacesOf[cni] },
          { ...parent, dependsOn: [bootstrap, hosts[i], ...sharing.beforeMember(machine, hosts[i])] },
        ),
    );
    const settled = new Settings(
      `${name}-settings`,
      { ...shared, namespaces: namespacesOf[cni] },
      { ...parent, dependsOn: members },
    );
    const workers = workerPools.flatMap((pool) =>
      pool.machines.map(
        (machine) =>
          new Worker(
            `${name}-${machine.name}`,
            {
              machine,
              pool,
              discovery: sharing.discovery(machine.name),
              caCertificate: pki.caCertificate,
              namespaces: namespacesOf[cni],
              settled,
              options: args,
            },
            { ...parent, dependsOn: [bootstrap, host(HostRole.Worker)(machine), ...sharing.beforeWorker] },
          ),
      ),
    );
    if (workers.length > 0) {
      new WorkerPools(
        `${name}-workers`,
        { machine: controlPlanes[0], pools: workerPools, cluster: bootstrap.init },
        // The new ones first: what leaves the others has a place to go.
        { ...parent, dependsOn: [settled, ...workers] },
      );
    }
    sharing.close([...members, ...workers.map(({ joined }) => joined)]);
    // Whoever uses the kubeconfig thereby waits for every control plane.
    this.kubeconfig = pulumi
      .all([sharing.kubeconfig, ...members.map((member) => member.ready)])
      .apply(([text]) => text);
    this.registerOutputs({ endpoint, kubeconfig: this.kubeconfig });
  }
}

function endpointAt(machine: MachineArgs, options?: LoadBalancerOptions): pulumi.Output<string> {
  return pulumi
    .output(options?.virtualAddress ?? clusterAddress(machine))
    .apply((address) => socketAddress(address, apiPort));
}
