import { stringify } from "yaml";

/**
 * Who did what to which object, and how it ended; never a body, so that no Secret lands in the log. The system's own
 * reading, most of what happens, is left out. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export function auditPolicy(): string {
  return stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [
      { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"] },
      { level: "None", resources: [{ group: "", resources: ["events"] }, { group: "events.k8s.io" }] },
      // Every few seconds from every node and every leader, forever.
      { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
      { level: "None", userGroups: ["system:nodes"], verbs: ["get", "list", "watch"], resources: ordinary },
      { level: "None", users: systemUsers, verbs: ["get", "list", "watch"], resources: ordinary },
      { level: "None", userGroups: ["system:serviceaccounts:kube-system"], verbs: ["watch"] },
      {
        level: "None",
        userGroups: ["system:nodes"],
        resources: [{ group: "", resources: ["nodes/status", "pods/status"] }],
      },
      { level: "Metadata" },
    ],
  });
}

const systemUsers = [
  "system:apiserver",
  "system:kube-controller-manager",
  "system:kube-scheduler",
  "system:kube-proxy",
];

/** What the system reads all the time; reading a Secret is always of interest. */
const ordinary = [
  {
    group: "",
    resources: [
      "configmaps",
      "endpoints",
      "namespaces",
      "nodes",
      "persistentvolumeclaims",
      "persistentvolumes",
      "pods",
      "services",
    ],
  },
  { group: "apps" },
  { group: "discovery.k8s.io" },
  { group: "storage.k8s.io" },
];
