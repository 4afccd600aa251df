import { type ComponentOptions, type ExtraVolume, HostPathType } from "../../kubeadm/options";
import { apiServerVolumes } from "../../kubeadm/security";
import { isDnsLabel } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** What kubeadm mounts into pods, by name and path; the last five where they are on the machine. */
const certificates = [
  ["k8s-certs", "/etc/kubernetes/pki"],
  ["ca-certs", "/etc/ssl/certs"],
  ["etc-pki-ca-trust", "/etc/pki/ca-trust"],
  ["etc-pki-tls-certs", "/etc/pki/tls/certs"],
  ["etc-ca-certificates", "/etc/ca-certificates"],
  ["usr-share-ca-certificates", "/usr/share/ca-certificates"],
  ["usr-local-share-ca-certificates", "/usr/local/share/ca-certificates"],
];

/** Volumes and variables of the control plane's pods: a kubelet starts no pod whose manifest is not valid. */
export function podProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const { apiServer, controllerManager, scheduler, security } = options;
  const kubeconfig = (file: string) => ["kubeconfig", `/etc/kubernetes/${file}.conf`];
  const ofApiServer = apiServerVolumes(security).map(({ name, mountPath }) => [name, mountPath]);
  const of = (name: string, component: ComponentOptions | undefined, mounted: string[][]) => [
    ...volumeProblems(component?.extraVolumes ?? [], mounted, `${paths.options}${name}.extraVolumes`),
    ...variableProblems(component?.extraEnvs ?? {}, `${paths.options}${name}.extraEnvs`),
  ];
  return [
    ...of("apiServer", apiServer, [...certificates, ...ofApiServer]),
    ...of("controllerManager", controllerManager, [...certificates, kubeconfig("controller-manager")]),
    ...of("scheduler", scheduler, [kubeconfig("scheduler")]),
  ];
}

function volumeProblems(volumes: ExtraVolume[], mounted: string[][], path: string): Problem[] {
  const problems: Problem[] = [];
  const types: string[] = Object.values(HostPathType);
  volumes.forEach(({ name, hostPath, mountPath, pathType }, i) => {
    const check = (ok: boolean, key: string, message: string) => {
      if (!ok) problems.push({ path: `${path}[${i}].${key}`, message });
    };
    check(
      isDnsLabel(name),
      "name",
      `"${name}" is not a DNS label; allowed: lowercase letters, digits and inner hyphens, 63 at most`,
    );
    const before = volumes.slice(0, i);
    const namesake = before.findIndex((other) => other.name === name);
    check(namesake < 0, "name", `"${name}" is taken by extraVolumes[${namesake}]; every volume needs its own`);
    check(
      mounted.every(([other]) => other !== name),
      "name",
      `"${name}" is that of a volume which is mounted already; give this one another name`,
    );
    for (const [key, text] of Object.entries({ hostPath, mountPath }))
      check(
        isAbsolute(text),
        key,
        `"${text}" is not an absolute path; allowed: one without "..", colons and spaces, for example /etc/my-webhook`,
      );
    const twin = before.findIndex((other) => plain(other.mountPath) === plain(mountPath));
    check(twin < 0, "mountPath", `"${mountPath}" is that of extraVolumes[${twin}]; every volume needs its own`);
    const [, taken] = mounted.find(([, other]) => within(mountPath, other) || within(other, mountPath)) ?? [];
    check(
      taken === undefined,
      "mountPath",
      `"${mountPath}" collides with ${taken}, which is mounted already; take a path that is neither above nor below it`,
    );
    check(
      pathType === undefined || types.includes(pathType),
      "pathType",
      `"${pathType}" is not a type of path; allowed: ${types.join(", ")}`,
    );
  });
  return problems;
}

/** Variables of a pod, or of a unit of systemd, in which each is one line. */
export function variableProblems(variables: Record<string, string>, path: string): Problem[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const problem = (message: string) => ({ path: `${path}.${name}`, message });
    if (!/^[A-Za-z_][\w.-]*$/.test(name))
      return [problem(`"${name}" is not the name of a variable; allowed: letters, digits, _, . and -, no digit first`)];
    return /\p{Cc}/u.test(value)
      ? [problem("has a line break or another control character in it; expected: one line of text")]
      : [];
  });
}

function isAbsolute(path: string): boolean {
  return /^\/[^\s:]*$/.test(path) && !path.split("/").includes("..");
}

/** Whether a path is another one, or below it. */
function within(path: string, other: string): boolean {
  return `${plain(path)}/`.startsWith(`${plain(other)}/`);
}

/** A path without what makes no difference. */
function plain(path: string): string {
  return path.replaceAll(/\/(\.?\/)*/g, "/").replace(/\/\.?$/, "");
}
