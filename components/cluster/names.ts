import { CertificateMode } from "../kubeadm/certificate-options";
import { encryptionKeys, identity } from "../kubeadm/security";
import { type MachineLists, placedMachines } from "../machine/machine-lists";
import type { DerivedName } from "../machine/names";
import type { ClusterPlan, Paths } from "./checks/plan";

type Given = Pick<DerivedName, "path" | "given">;

/**
 * The names of a cluster's resources that are made of names that somebody gave: of each kind the shortest, for what is
 * below it, or called the same with a word more, is another's where that is. Pure.
 */
export function clusterNames(cluster: string, plan: ClusterPlan, paths: Paths): DerivedName[] {
  const { controlPlanes, loadBalancers, etcd, workerPools, options } = plan;
  const machines = (lists: Partial<MachineLists<{ name: string }>>): Given[] =>
    placedMachines({ ...noMachines, ...lists }, paths.machines).map(({ path, name }) => ({
      path: `${path}.name`,
      given: name,
    }));
  const keys = encryptionKeys(options.security).map((given, i) => ({
    path: `${paths.options}security.encryption.keys[${i}]`,
    given,
  }));
  const of = (kind: string, list: Given[], before: string, after = "") =>
    list.map((each) => ({ ...each, kind, name: `${cluster}${before}-${each.given}${after}` }));
  const where = (holds: boolean, names: DerivedName[]) => (holds ? names : []);

  const hosts = machines({ controlPlanes, etcd, workerPools });
  return [
    ...of("Host", hosts, ""),
    ...of("Rollout", hosts, "-rollout"),
    ...where(keys.length > 1, of("Rollout", machines({ controlPlanes }), "-rollout", "-key")),
    ...of("EtcdCertificates", machines({ etcd }), "-etcd-pki"),
    ...of("LoadBalancer", machines({ loadBalancers }), ""),
    ...where(
      options.loadBalancer?.virtualAddress !== undefined,
      of("VirtualAddress", machines({ loadBalancers }), "-virtual-address"),
    ),
    ...where(
      options.certificates?.mode === CertificateMode.Kubeadm,
      of("KubeadmCertificates", machines({ controlPlanes }), "-sharing"),
    ),
    ...of(
      "EncryptionKeys",
      keys.filter(({ given }) => given !== identity),
      "-pki-encryption",
    ),
  ];
}

const noMachines = { controlPlanes: [], loadBalancers: [], etcd: [], workerPools: [] };
