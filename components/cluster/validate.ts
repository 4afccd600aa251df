import type { ControlPlaneOptions, LeaderElection } from "../control-plane/options";
import { type InstallArgs, InstallMode } from "../host/host";
import { type Cidr, contains, isDnsLabel, isDnsName, isHost, overlap, parseCidr } from "./addresses";
import type { Problem } from "./problems";
import { releaseOf, supportedVersions } from "./versions";

/** A machine as far as its values are known before anything is made. */
export interface KnownMachine {
  /** Its name. */
  name: string;
  /** Where SSH connects to, if that is known already. */
  address?: string;
  /** Where the cluster reaches it, if that is known already and another address. */
  privateAddress?: string;
}

/** What can be judged before anything is touched. */
export interface ClusterPlan {
  /** The control planes. */
  controlPlanes: KnownMachine[];
  /** The machines with a load balancer. */
  loadBalancers: KnownMachine[];
  /** The endpoint, where the user brings it. */
  controlPlaneEndpoint?: string;
  /** How machines get their software. */
  install?: InstallArgs;
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** Names for the messages: where in the user's own input the parts of a plan come from. */
export interface Paths {
  /** The path before `controlPlanes` and `loadBalancers`. */
  machines: string;
  /** The path before every option. */
  options: string;
}

const patchTargets = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "etcd",
  "kubeletconfiguration",
  "corednsdeployment",
];

/** Every problem of meaning; form is the business of whoever read the input. Pure. */
export function validate(plan: ClusterPlan, paths: Paths): Problem[] {
  const { options } = plan;
  const at = (name: string) => `${paths.options}${name}`;
  const problems: Problem[] = [];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };

  const count = plan.controlPlanes.length;
  check(
    [3, 5, 7].includes(count),
    `${paths.machines}controlPlanes`,
    `${count} control planes; allowed: 3, 5 or 7 (etcd keeps its quorum with 1, 2 or 3 of them lost; an even number adds a machine that can fail, not one that may)`,
  );
  const balancers = plan.loadBalancers.length;
  check(
    plan.controlPlaneEndpoint === undefined ? balancers === 1 : balancers === 0,
    `${paths.machines}loadBalancers`,
    plan.controlPlaneEndpoint === undefined
      ? `${balancers} load balancers; expected: 1, or none together with controlPlaneEndpoint, the address of one that you run yourself`
      : `${balancers} load balancers beside controlPlaneEndpoint "${plan.controlPlaneEndpoint}"; expected: one or the other`,
  );
  problems.push(...machineProblems(plan, paths));

  check(
    releaseOf(options.kubernetesVersion) !== undefined,
    at("kubernetesVersion"),
    `"${options.kubernetesVersion}" is not supported; supported: ${supportedVersions()}`,
  );
  if (plan.controlPlaneEndpoint !== undefined) {
    const [, host, port] =
      /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(plan.controlPlaneEndpoint)?.filter((x) => x !== undefined) ?? [];
    check(
      isHost(host ?? "") && Number(port) > 0 && Number(port) < 65536,
      at("controlPlaneEndpoint"),
      `"${plan.controlPlaneEndpoint}" is no host:port; example: api.example.com:6443`,
    );
  }
  problems.push(...networkProblems(plan, at));
  problems.push(...electionProblems(options.leaderElection ?? {}, at("leaderElection")));
  check(
    isDnsName(options.dnsDomain ?? "cluster.local"),
    at("dnsDomain"),
    `"${options.dnsDomain}" is no DNS domain; example: cluster.local`,
  );
  options.extraSans?.forEach((san, i) => {
    check(isHost(san.replace(/^\*\./, "")), at(`extraSans[${i}]`), `"${san}" is neither a DNS name nor an IP address`);
  });
  options.patches?.forEach(({ target }, i) => {
    check(
      patchTargets.includes(target),
      at(`patches[${i}].target`),
      `"${target}" can not be patched; allowed: ${patchTargets.join(", ")}`,
    );
  });
  for (const component of ["apiServer", "controllerManager", "scheduler", "etcd"] as const) {
    for (const flag of Object.keys(options[component]?.extraArgs ?? {})) {
      const path = at(`${component}.extraArgs.${flag}`);
      check(/^[a-z][a-z0-9-]*$/.test(flag), path, `"${flag}" is no flag name; write it without the leading dashes`);
      check(flag !== "feature-gates", path, "feature gates are the same for every component; use featureGates");
      check(!/^leader-elect-(lease-duration|renew-deadline|retry-period)$/.test(flag), path, "use leaderElection");
    }
  }
  if (plan.install?.mode === InstallMode.Bundle) {
    const { source = "", sha256 = "" } = plan.install;
    check(
      /^(\/|https?:\/\/)/.test(source),
      at("install.source"),
      `"${source}" is neither an absolute directory nor an http(s) address`,
    );
    check(
      /^[0-9a-f]{64}$/.test(sha256),
      at("install.sha256"),
      `"${sha256}" is no SHA-256; expected: 64 hex digits, 'sha256sum SHA256SUMS' prints it`,
    );
  }
  return problems;
}

function machineProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const unique = (seen: Map<string, string>, value: string, path: string, what: string) => {
    const first = seen.get(value);
    if (first !== undefined)
      problems.push({ path, message: `${what} "${value}" is taken by ${first}; every machine needs its own` });
    else seen.set(value, path.replace(/\.\w+$/, ""));
  };
  for (const list of ["controlPlanes", "loadBalancers"] as const) {
    plan[list].forEach((machine, i) => {
      const path = `${paths.machines}${list}[${i}]`;
      if (!isDnsLabel(machine.name)) {
        problems.push({
          path: `${path}.name`,
          message: `"${machine.name}" is no DNS label; allowed: lowercase letters, digits and inner hyphens, 63 at most`,
        });
      }
      unique(names, machine.name, `${path}.name`, "name");
      for (const key of ["address", "privateAddress"] as const) {
        const address = machine[key];
        if (address === undefined || (key === "privateAddress" && address === machine.address)) continue;
        if (!isHost(address))
          problems.push({ path: `${path}.${key}`, message: `"${address}" is neither an IP address nor a DNS name` });
        unique(addresses, address, `${path}.${key}`, "address");
      }
    });
  }
  return problems;
}

function networkProblems(plan: ClusterPlan, at: (name: string) => string): Problem[] {
  const problems: Problem[] = [];
  const ranges: { name: "podCidr" | "serviceCidr"; text: string; cidr: Cidr }[] = [];
  for (const [name, text] of [
    ["podCidr", plan.options.podCidr ?? "10.244.0.0/16"],
    ["serviceCidr", plan.options.serviceCidr ?? "10.96.0.0/12"],
  ] as const) {
    const cidr = parseCidr(text);
    if (cidr) ranges.push({ name, text, cidr });
    else
      problems.push({
        path: at(name),
        message: `"${text}" is no range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix`,
      });
  }
  const [first, second] = ranges;
  if (first && second && overlap(first.cidr, second.cidr)) {
    problems.push({
      path: at("podCidr"),
      message: `"${first.text}" overlaps serviceCidr "${second.text}"; they must have no address in common`,
    });
  }
  for (const { name, text, cidr } of ranges) {
    const ipv4 = cidr[0].kind() === "ipv4";
    // kube-controller-manager gives every node a /24 (IPv6: /64) of the pod CIDR; kube-apiserver takes 20 bits of Services at most.
    const nodes = 2 ** ((ipv4 ? 24 : 64) - cidr[1]);
    if (name === "podCidr" && nodes < plan.controlPlanes.length) {
      problems.push({
        path: at(name),
        message: `"${text}" has room for ${Math.floor(nodes)} nodes; needed: ${plan.controlPlanes.length}, with a /${ipv4 ? 24 : 64} each`,
      });
    }
    if (name === "serviceCidr" && (ipv4 ? 32 : 128) - cidr[1] > 20) {
      problems.push({
        path: at(name),
        message: `"${text}" is too large; the API server takes 20 bits of addresses at most (/${ipv4 ? 12 : 108})`,
      });
    }
    const inside = [...plan.controlPlanes, ...plan.loadBalancers].filter((machine) =>
      [machine.address, machine.privateAddress].some((address) => address !== undefined && contains(cidr, address)),
    );
    if (inside.length > 0) {
      const machines = inside.map((machine) => machine.name).join(", ");
      problems.push({
        path: at(name),
        message: `"${text}" holds the addresses of ${machines}; machines must lie outside of it`,
      });
    }
  }
  return problems;
}

/** The rules of client-go's leader election: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection#LeaderElectionConfig */
function electionProblems(election: LeaderElection, path: string): Problem[] {
  const problems: Problem[] = [];
  const given = { leaseDuration: "15s", renewDeadline: "10s", retryPeriod: "2s", ...election };
  const seconds = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, durationSeconds(text)]));
  for (const [key, text] of Object.entries(given)) {
    if (seconds[key] === undefined)
      problems.push({ path: `${path}.${key}`, message: `"${text}" is no duration above zero; examples: 15s, 1m30s` });
  }
  const less = (small: keyof LeaderElection, large: keyof LeaderElection, factor: number, why: string) => {
    const [a, b] = [seconds[small], seconds[large]];
    if (a !== undefined && b !== undefined && a * factor >= b) {
      problems.push({
        path: `${path}.${small}`,
        message: `"${given[small]}" is too long for ${large} "${given[large]}"; ${why}`,
      });
    }
  };
  less("renewDeadline", "leaseDuration", 1, "it must be less than that");
  less("retryPeriod", "renewDeadline", 1.2, "with a jitter of 1.2 it must be less than that");
  return problems;
}

/** The seconds of `1m30s`; undefined where it is no duration of hours, minutes and seconds, or zero. */
export function durationSeconds(text: string): number | undefined {
  const [match, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return match && total > 0 ? total : undefined;
}
