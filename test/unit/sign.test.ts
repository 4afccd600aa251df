import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signClient } from "../../components/pki/sign";
import { authorityKeys, newAuthority } from "../support/authority";

describe.each(Object.keys(authorityKeys) as (keyof typeof authorityKeys)[])("a client of a CA with %s", (kind) => {
  test("is known by name and group, for as long as was said, and to nobody for longer", async () => {
    const authority = await newAuthority({ kind });
    const { certificate, privateKey } = await signClient(authority, { name: "somebody", group: "a:group" }, 3600);
    const issued = new X509Certificate(certificate);
    const ca = new X509Certificate(authority.certificate);
    expect(issued.verify(ca.publicKey)).toBe(true);
    expect(issued.checkIssued(ca)).toBe(true);
    expect(issued.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(issued.subject).toBe("O=a:group\nCN=somebody");
    expect(issued.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(issued.ca).toBe(false);
    const end = Date.parse(issued.validTo) - Date.now();
    expect(end).toBeGreaterThan(3590_000);
    expect(end).toBeLessThanOrEqual(3600_000);
    // For clocks that are behind, but not from before the CA.
    expect(Date.parse(issued.validFrom)).toBe(Date.parse(ca.validFrom));
  });
});
