import type { Any, Lab } from "../../support/lab";

/** A pod that says the name of its node to whoever connects to port 8080, and then logs a line. */
export interface EchoPod {
  node: string;
  name: string;
  address: string;
  /** That, and the one of the other family where there is one. */
  addresses: string[];
}

export const echoNamespace = "echo";

/** Guarantees an echo server on every node, and the Service `echo` in front of them, of these families. */
export async function deployEcho(lab: Lab, families = ["IPv4"]): Promise<EchoPod[]> {
  await lab.kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest(families)) });
  const rollout = ["-n", echoNamespace, "rollout", "status", "daemonset/echo", "--timeout=90s"];
  await lab.kubectl(rollout, { deadline: 100 });
  const { items } = await lab.get("pods", "-n", echoNamespace);
  return items.map(({ spec, metadata, status }: Any) => ({
    node: spec.nodeName,
    name: metadata.name,
    address: status.podIP,
    addresses: status.podIPs.map(({ ip }: Any) => ip),
  }));
}

/** Where machines have their programs and libraries. */
const system = ["usr", "bin", "lib", "lib64"];

/**
 * The bundle has no image with network tools; machines have them, and lend them to whatever distribution flannel's
 * image is of.
 */
function manifest(families: string[]): object {
  const labels = { app: "echo" };
  const metadata = { name: "echo", namespace: echoNamespace };
  const listen = families.includes("IPv6") ? "TCP6-LISTEN:8080,ipv6only=0" : "TCP-LISTEN:8080";
  const ipFamilyPolicy = families.length > 1 ? "RequireDualStack" : "SingleStack";
  const answer = 'echo -n "$NODE"; echo "$NODE was asked" >&2';
  const container = {
    name: "echo",
    image: "ghcr.io/flannel-io/flannel:v0.26.7",
    imagePullPolicy: "Never",
    command: ["bash", "-c", `echo "$NODE listens"; exec socat ${listen},fork,reuseaddr SYSTEM:'${answer}'`],
    env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    // Not by connecting, which would be a line in the log.
    readinessProbe: {
      exec: { command: ["grep", "-q", ":1F90 .* 0A", "/proc/net/tcp", "/proc/net/tcp6"] },
      periodSeconds: 1,
    },
    volumeMounts: system.map((name) => ({ name, mountPath: `/${name}`, readOnly: true })),
  };
  const pod = {
    // As many as there are nodes, control planes among them.
    tolerations: [{ operator: "Exists" }],
    containers: [container],
    volumes: system.map((name) => ({ name, hostPath: { path: `/${name}` } })),
  };
  const privileged = { "pod-security.kubernetes.io/enforce": "privileged" };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: echoNamespace, labels: privileged } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ port: 8080 }], ipFamilyPolicy },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  ];
  return { apiVersion: "v1", kind: "List", items };
}
