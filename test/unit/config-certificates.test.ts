import { expect, test } from "vitest";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const withCertificates = (certificates: object) => ({
  ...labConfig,
  cluster: { ...labConfig.cluster, certificates },
});

test("both modes, and every algorithm", () => {
  expect(problems(withCertificates({ mode: "kubeadm", keyAlgorithm: "RSA-4096" }))).toEqual([]);
  expect(problems(withCertificates({ mode: "pulumi", keyAlgorithm: "ECDSA-P256" }))).toEqual([]);
});

test("a mode that there is not", () => {
  expect(only(withCertificates({ mode: "vault" }))).toBe(
    'cluster.certificates.mode: "vault" is not allowed; allowed: pulumi, kubeadm',
  );
});
