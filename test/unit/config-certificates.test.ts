import { expect, test } from "vitest";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const withCertificates = (certificates: object) => ({
  ...labConfig,
  cluster: { ...labConfig.cluster, certificates },
});

test("both modes, and every algorithm", () => {
  for (const keyAlgorithm of ["ECDSA-P256", "RSA-2048", "RSA-3072", "RSA-4096"])
    expect(problems(withCertificates({ mode: "kubeadm", keyAlgorithm }))).toEqual([]);
  expect(problems(withCertificates({ mode: "pulumi", keyAlgorithm: "ECDSA-P256" }))).toEqual([]);
});

test("a mode that there is not", () => {
  expect(only(withCertificates({ mode: "vault" }))).toBe(
    'cluster.certificates.mode: "vault" is not allowed; allowed: pulumi, kubeadm',
  );
});

test("any sensible validity", () => {
  expect(problems(withCertificates({ validityDays: 90, authorityValidityDays: 7300 }))).toEqual([]);
});

test.each([
  [{ validityDays: 0 }, "validityDays: 0 is not a valid number of days; allowed: 1 to 36500"],
  [{ authorityValidityDays: 99999 }, "authorityValidityDays: 99999 is not a valid number of days; allowed: 1 to 36500"],
  [
    { validityDays: 400, authorityValidityDays: 300 },
    "validityDays: 400 days are more than authorityValidityDays, 300; a certificate is of no use when its CA has expired",
  ],
])("%j", (certificates, message) => {
  expect(only(withCertificates(certificates))).toBe(`cluster.certificates.${message}`);
});
