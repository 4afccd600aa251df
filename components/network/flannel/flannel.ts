import { stringify } from "yaml";
import { familiesOf, rangesOf } from "../../kubeadm/ranges";
import { type Family, rangeFamily } from "../../values/addresses";
import { fingerprint } from "../../values/fingerprint";

/** What the flannel manifest depends on. */
export interface FlannelValues {
  /** The cluster's pod CIDR, or two of them, `IPv4,IPv6` or the other way round. */
  podCidr: string;
  /** The flannel image, with its tag. */
  image: string;
  /** Where the API is reached, as `host:port`. */
  endpoint: string;
  /** The image that brings the CNI plugin to machines which do not have it. */
  pluginImage?: string;
}

const namespace = "kube-flannel";
/** Whatever the cluster's defaults are: it has the host's network, and may change it. */
const podSecurity = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"]),
);
const labels = { app: "flannel", "k8s-app": "flannel" };

const cniConfig = {
  name: "cbr0",
  // As upstream has it: the newest that every release of the flannel plugin speaks.
  cniVersion: "0.3.1",
  plugins: [
    { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

/**
 * The plugin's configuration makes a node Ready, and the plugin asks for the node's subnet: in place before that, it
 * costs each pod of a new node a failed start, which the kubelet repeats some 12 s later.
 */
const configurePlugin = `until test -f /run/flannel/subnet.env; do sleep 0.2; done
cp -f /etc/kube-flannel/cni-conf.json /etc/cni/net.d/10-flannel.conflist`;

/**
 * flannel with the VXLAN back end, as plain manifests. The CNI plugin itself is on the machines already, unless an
 * image is to bring it; a node becomes Ready when flannel has a subnet for its pods, and the plugin is told of it.
 */
export function flannelManifest(values: FlannelValues): string {
  const metadata = { name: "flannel", namespace, labels };
  const config = {
    "cni-conf.json": JSON.stringify(cniConfig),
    "net-conf.json": JSON.stringify({ ...networksOf(values.podCidr), Backend: { Type: "vxlan" } }),
  };
  const objects = [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: podSecurity },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "flannel", labels },
      rules: [
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "flannel", labels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "flannel" },
      subjects: [{ kind: "ServiceAccount", name: "flannel", namespace }],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: config,
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: daemonSet(values, fingerprint(JSON.stringify(config))),
    },
  ];
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

/** The ranges by the names that flannel has for them; IPv4 is on unless it is switched off. */
function networksOf(podCidr: string): object {
  const ranges = Object.fromEntries(rangesOf(podCidr).map(({ text, cidr }) => [rangeFamily(cidr), text]));
  const { IPv4, IPv6 } = ranges as Partial<Record<Family, string>>;
  return {
    ...(IPv4 === undefined ? { EnableIPv4: false } : { Network: IPv4 }),
    ...(IPv6 === undefined ? {} : { EnableIPv6: true, IPv6Network: IPv6 }),
  };
}

/**
 * flanneld takes the node by the address at which the other nodes know it, not by the default route's as it would by
 * itself. Of two it finds the interface by that of IPv4, and knows that of IPv6 only if it is told; the interface has
 * to have both.
 */
function flanneld(podCidr: string): { command: string[]; name: string; fieldPath: string } {
  const flags = ["--ip-masq", "--kube-subnet-mgr"];
  const [first, second] = familiesOf(podCidr);
  if (second === undefined)
    return {
      command: ["/opt/bin/flanneld", ...flags, "--iface=$(NODE_IP)"],
      name: "NODE_IP",
      fieldPath: "status.hostIP",
    };
  const [ipv4, ipv6] = first === "IPv4" ? [1, 2] : [2, 1];
  const exec = `exec /opt/bin/flanneld ${flags.join(" ")} --iface=$${ipv4} --public-ipv6=$${ipv6}`;
  return {
    command: ["sh", "-euc", `IFS=,; set -- $NODE_IPS; IFS=" "; ${exec}`],
    name: "NODE_IPS",
    fieldPath: "status.hostIPs",
  };
}

function daemonSet({ podCidr, image, endpoint, pluginImage }: FlannelValues, config: string): object {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
  const { command, ...addresses } = flanneld(podCidr);
  const env = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const mounts = {
    run: { name: "run", mountPath: "/run/flannel" },
    config: { name: "config", mountPath: "/etc/kube-flannel" },
    cni: { name: "cni", mountPath: "/etc/cni/net.d" },
    lock: { name: "xtables-lock", mountPath: "/run/xtables.lock" },
    plugins: { name: "cni-plugins", mountPath: "/opt/cni/bin" },
  };
  const installPlugin = {
    name: "install-cni-plugin",
    image: pluginImage,
    command: ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
    volumeMounts: [mounts.plugins],
  };
  return {
    selector: { matchLabels: { app: "flannel" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    template: {
      // Pods read the configuration when they start: another one has to start them again.
      metadata: { labels, annotations: { "kubeadm-ha/config": config } },
      spec: {
        hostNetwork: true,
        priorityClassName: "system-node-critical",
        serviceAccountName: "flannel",
        // It must come up on a node that is not Ready for want of a network, whatever else it is tainted with.
        tolerations: [{ operator: "Exists" }],
        initContainers: pluginImage ? [installPlugin] : undefined,
        containers: [
          {
            name: "flannel",
            image,
            command,
            env: [
              env(addresses.name, addresses.fieldPath),
              env("POD_NAME", "metadata.name"),
              env("POD_NAMESPACE", "metadata.namespace"),
              // Not by the Service's address: that works only once kube-proxy does, and flannel would crash until then.
              { name: "KUBERNETES_SERVICE_HOST", value: host },
              { name: "KUBERNETES_SERVICE_PORT", value: port },
              { name: "EVENT_QUEUE_DEPTH", value: "5000" },
            ],
            // Until then the pod counts as starting.
            lifecycle: { postStart: { exec: { command: ["timeout", "300", "sh", "-euc", configurePlugin] } } },
            resources: { requests: { cpu: "100m", memory: "50Mi" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
            },
            volumeMounts: [mounts.run, mounts.config, mounts.cni, mounts.lock],
          },
        ],
        volumes: [
          { name: "run", hostPath: { path: "/run/flannel", type: "DirectoryOrCreate" } },
          { name: "cni", hostPath: { path: "/etc/cni/net.d", type: "DirectoryOrCreate" } },
          { name: "config", configMap: { name: "flannel" } },
          { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
          ...(pluginImage
            ? [{ name: "cni-plugins", hostPath: { path: "/opt/cni/bin", type: "DirectoryOrCreate" } }]
            : []),
        ],
      },
    },
  };
}
