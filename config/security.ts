import { z } from "zod";
import { PodSecurityLevel, TlsVersion } from "../components";

const text = z.string();
const level = z.enum(PodSecurityLevel).optional();
const count = z.int().min(0).optional();

/** The key `cluster.security`. */
export const securitySchema = z.strictObject({
  encryption: z.strictObject({ keys: z.array(text).optional() }).optional(),
  audit: z
    .strictObject({
      enabled: z.boolean().optional(),
      policy: text.optional(),
      maxAge: count,
      maxBackups: count,
      maxSize: count,
    })
    .optional(),
  oidc: z
    .strictObject({
      issuerUrl: text,
      clientId: text,
      usernameClaim: text.optional(),
      usernamePrefix: text.optional(),
      groupsClaim: text.optional(),
      groupsPrefix: text.optional(),
      requiredClaims: z.record(text, text).optional(),
      caCertificate: text.optional(),
    })
    .optional(),
  podSecurity: z
    .strictObject({ enforce: level, audit: level, warn: level, exemptNamespaces: z.array(text).optional() })
    .optional(),
  anonymousPaths: z.array(text).optional(),
  tlsMinVersion: z.enum(TlsVersion).optional(),
  kubeletServingCertificates: z.boolean().optional(),
});
