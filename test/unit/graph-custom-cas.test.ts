import { beforeAll, expect, test } from "vitest";
import { certificatesIn } from "../../components/values/certificates";
import { type Authority, newAuthority } from "../support/authority";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];
let root: Authority;
let own: Authority;

beforeAll(async () => {
  labFacts();
  root = await newAuthority({ name: "CN=Root" });
  own = await newAuthority({ name: "CN=Clusters", issuer: root });
  const config = {
    ...labConfig,
    cluster: { ...labConfig.cluster, certificates: { validityDays: 90, authorityValidityDays: 1000 } },
    authorities: { cluster: own },
  };
  graph = await recordGraph({ config, stack: "lab" });
});

const stdin = (name: string) => String(graph.find((r) => r.name === name && r.type.endsWith(":Command"))?.clear.stdin);
const made = (type: string) => graph.filter((r) => r.type.endsWith(`:${type}`));

test("what was brought is not made, and the others are, for as long as was asked", () => {
  expect(made("SelfSignedCert").map(({ name }) => name)).toEqual(["lab-pki-front-proxy-ca", "lab-pki-etcd-ca"]);
  for (const { inputs, ignoreChanges, name } of made("SelfSignedCert")) {
    expect(inputs.validityPeriodHours, name).toBe(24_000);
    expect(ignoreChanges, "another period would be another CA").toEqual(["validityPeriodHours"]);
  }
  for (const { inputs, name } of made("LocallySignedCert")) expect(inputs.validityPeriodHours, name).toBe(24 * 90);
});

test("machines trust the intermediate alone; its root goes to those who know roots only", () => {
  const [alone] = certificatesIn(own.certificate);
  for (const step of ["lab-init", "lab-cp-2-join"]) {
    expect(fileIn(stdin(step), "pki/ca.crt")).toBe(alone);
    expect(fileIn(stdin(step), "pki/ca-chain.crt")).toBe(own.certificate);
    expect(fileIn(stdin(step), "pki/ca.key")).toBe(own.privateKey);
    expect(stdin(step)).toMatch(/name: root-ca-file\n +value: \/etc\/kubernetes\/pki\/ca-chain.crt\n/);
  }
  expect(fileIn(stdin("lab-lb-1-configure"), "ca.crt")).toBe(own.certificate);
});

test("its key is nowhere in the clear", () => {
  expect(JSON.stringify(graph.map((r) => ({ ...r, clear: undefined })))).not.toContain("PRIVATE KEY");
});

/** An input file, as the text of a step has it. */
function fileIn(text: string, file: string): string | undefined {
  const [, content] = new RegExp(`/input/${file} <<'(?:\\w+)'\\n([\\s\\S]*?)\\nend_`).exec(text) ?? [];
  return content && `${content}\n`;
}
