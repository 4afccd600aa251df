import { isMap, isSeq, parseAllDocuments } from "yaml";
import { type LeaderElection, PatchType } from "../../kubeadm/options";
import { isDnsName, isHost } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { releaseOf, supportedVersions } from "../versions";
import type { ClusterPlan, Paths } from "./plan";

const patchTargets = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "etcd",
  "kubeletconfiguration",
  "corednsdeployment",
];

/** What is tuned about the control plane's components. */
export function optionProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const at = (name: string) => `${paths.options}${name}`;
  const problems: Problem[] = [];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  problems.push(...versionProblems(options.kubernetesVersion, at("kubernetesVersion")));
  problems.push(...electionProblems(options.leaderElection ?? {}, at("leaderElection")));
  check(
    isDnsName(options.dnsDomain ?? "cluster.local"),
    at("dnsDomain"),
    `"${options.dnsDomain}" is not a DNS domain; example: cluster.local`,
  );
  options.extraSans?.forEach((san, i) => {
    check(isHost(san.replace(/^\*\./, "")), at(`extraSans[${i}]`), `"${san}" is neither a DNS name nor an IP address`);
  });
  check(
    options.imageRepository === undefined || isRepository(options.imageRepository),
    at("imageRepository"),
    `"${options.imageRepository}" is not the beginning of an image's name; examples: registry.example.com/k8s, ` +
      "10.0.0.5:5000",
  );
  for (const gate of Object.keys(options.featureGates ?? {}))
    check(
      /^[A-Za-z][A-Za-z0-9]*$/.test(gate),
      at(`featureGates.${gate}`),
      `"${gate}" is not the name of a feature gate`,
    );
  options.patches?.forEach(({ target, type, patch }, i) => {
    const list = type === PatchType.Json;
    const expected = list ? "a list of operations" : "a map of fields";
    const documents = patchesIn(patch, list);
    check(
      documents !== undefined,
      at(`patches[${i}].patch`),
      `is not ${expected}, as YAML or JSON; expected: the patch itself`,
    );
    if (list)
      check(
        (documents ?? []).flat().every(isOperation),
        at(`patches[${i}].patch`),
        `has an operation that is none; expected: a path that begins with a slash, and one of ${operations.join(", ")}`,
      );
    check(
      patchTargets.includes(target),
      at(`patches[${i}].target`),
      `"${target}" cannot be patched; allowed: ${patchTargets.join(", ")}`,
    );
  });
  return problems;
}

/** A registry, and words below it: https://github.com/distribution/reference/blob/main/reference.go */
function isRepository(text: string): boolean {
  const [first, ...rest] = text.split("/");
  const word = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
  const registry = new RegExp(`^(\\[[0-9A-Fa-f:]+\\]|${label}(?:\\.${label})*)(:\\d+)?$`);
  return (registry.test(first) || word.test(first)) && rest.every((each) => word.test(each));
}

/** The patches in a text, each a list or a map; undefined where there is none, or something else. */
function patchesIn(text: string, list: boolean): unknown[] | undefined {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  const patches = documents.filter(({ contents }) => contents !== null);
  const valid = patches.length > 0 && patches.every(({ contents }) => (list ? isSeq(contents) : isMap(contents)));
  return valid ? patches.map((patch) => patch.toJS()) : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc6902#section-4 */
const operations = ["add", "remove", "replace", "move", "copy", "test"];

function isOperation(value: unknown): boolean {
  const { op, path } = (value ?? {}) as { op?: unknown; path?: unknown };
  return operations.includes(`${op}`) && typeof path === "string" && /^(\/.*)?$/s.test(path);
}

/** A version that was never tested. */
export function versionProblems(version: string, path: string): Problem[] {
  if (releaseOf(version) !== undefined) return [];
  return [{ path, message: `"${version}" is not supported; supported: ${supportedVersions()}` }];
}

/**
 * The rules of client-go's leader election:
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection#LeaderElectionConfig
 */
function electionProblems(election: LeaderElection, path: string): Problem[] {
  const problems: Problem[] = [];
  const given = { leaseDuration: "15s", renewDeadline: "10s", retryPeriod: "2s", ...election };
  const seconds = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, durationSeconds(text)]));
  for (const [key, text] of Object.entries(given)) {
    if (seconds[key] === undefined)
      problems.push({
        path: `${path}.${key}`,
        message: `"${text}" is not a duration above zero; examples: 15s, 1m30s`,
      });
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

/** The seconds of `1m30s`; undefined where it is none of hours, minutes and seconds, zero, or endless. */
export function durationSeconds(text: string): number | undefined {
  const [match, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return match && total > 0 && total < 2 ** 31 ? total : undefined;
}
