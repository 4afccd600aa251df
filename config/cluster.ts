import { z } from "zod";
import {
  AutoCompactionMode,
  CertificateMode,
  CloudProvider,
  Cni,
  ContainerdSource,
  HostPathType,
  InstallMode,
  KeyAlgorithm,
  LoadBalancerKind,
  PatchType,
} from "../components";
import { securitySchema } from "./security";

const text = z.string();
const texts = z.record(text, text).optional();
const volume = z.strictObject({
  name: text,
  hostPath: text,
  mountPath: text,
  readOnly: z.boolean().optional(),
  pathType: z.enum(HostPathType).optional(),
});
const component = z
  .strictObject({ extraArgs: texts, extraVolumes: z.array(volume).optional(), extraEnvs: texts })
  .optional();
const anyFields = z.record(text, z.any()).optional();

/** The key `cluster`: {@link KubeadmClusterArgs}, as far as it is plain. */
export const clusterSchema = z.strictObject({
  kubernetesVersion: text,
  loadBalancer: z
    .strictObject({
      kind: z.enum(LoadBalancerKind).optional(),
      virtualAddress: text.optional(),
      virtualRouterId: z.int().optional(),
      interface: text.optional(),
    })
    .optional(),
  controlPlaneEndpoint: text.optional(),
  endpointName: text.optional(),
  install: z
    .strictObject({
      mode: z.enum(InstallMode),
      source: text.optional(),
      sha256: text.optional(),
      restrictOomScoreAdj: z.boolean().optional(),
      swapInContainers: z.boolean().optional(),
      repository: text.optional(),
      keyFingerprint: text.optional(),
      containerd: z.enum(ContainerdSource).optional(),
      containerdVersion: text.optional(),
      containerdRepository: text.optional(),
      containerdKeyFingerprint: text.optional(),
      proxy: z
        .strictObject({ http: text.optional(), https: text.optional(), noProxy: z.array(text).optional() })
        .optional(),
      registryMirrors: z.record(text, text).optional(),
      registries: z
        .array(
          z.strictObject({
            host: text,
            ca: text.optional(),
            username: text.optional(),
            password: text.optional(),
            skipVerify: z.boolean().optional(),
          }),
        )
        .optional(),
      timeSync: z.boolean().optional(),
      selinuxPermissive: z.boolean().optional(),
      etcdArchive: text.optional(),
      etcdArchiveSha256: text.optional(),
    })
    .optional(),
  podCidr: text.optional(),
  serviceCidr: text.optional(),
  dnsDomain: text.optional(),
  extraSans: z.array(text).optional(),
  apiServer: component,
  controllerManager: component,
  scheduler: component,
  etcd: z
    .strictObject({
      heartbeatInterval: z.int().optional(),
      electionTimeout: z.int().optional(),
      quotaBackendBytes: z.int().optional(),
      autoCompactionMode: z.enum(AutoCompactionMode).optional(),
      autoCompactionRetention: text.optional(),
      snapshotCount: z.int().optional(),
      dataDir: text.optional(),
      extraArgs: texts,
      extraEnvs: texts,
    })
    .optional(),
  security: securitySchema.optional(),
  leaderElection: z
    .strictObject({ leaseDuration: text.optional(), renewDeadline: text.optional(), retryPeriod: text.optional() })
    .optional(),
  featureGates: z.record(text, z.boolean()).optional(),
  patches: z.array(z.strictObject({ target: text, type: z.enum(PatchType).optional(), patch: text })).optional(),
  imageRepository: text.optional(),
  kubelet: anyFields,
  kubeProxy: anyFields,
  ignorePreflightErrors: z.array(text).optional(),
  schedulable: z.boolean().optional(),
  cloudProvider: z.enum(CloudProvider).optional(),
  cni: z.enum(Cni).optional(),
  certificates: z
    .strictObject({
      mode: z.enum(CertificateMode).optional(),
      keyAlgorithm: z.enum(KeyAlgorithm).optional(),
      validityDays: z.int().optional(),
      authorityValidityDays: z.int().optional(),
    })
    .optional(),
  protect: z.boolean().optional(),
  generation: text.optional(),
});
