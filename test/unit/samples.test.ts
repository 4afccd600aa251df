import { beforeAll, expect, test } from "vitest";
import { checkConfig } from "../../config";
import { newAuthority } from "../support/authority";
import { labConfig } from "../support/fixtures";
import { covered, elsewhere, leaves, merged, type Sample, samples } from "../support/samples";

let all: Sample[];
beforeAll(async () => {
  all = samples((await newAuthority()).certificate);
});

const check = (cluster: object) => () => checkConfig({ ...labConfig, cluster: merged(labConfig.cluster, cluster) });

test("every option has a sample, or is nothing that Kubernetes or etcd reads", () => {
  const options = leaves();
  const isElsewhere = (option: string) =>
    Object.keys(elsewhere).some((key) => option === key || option.startsWith(`${key}.`));
  const known = new Set(all.flatMap((sample) => covered(sample, options)));
  expect(options.filter((option) => !known.has(option) && !isElsewhere(option))).toEqual([]);
  expect(options.filter((option) => known.has(option) && isElsewhere(option))).toEqual([]);
});

test("each is let through, and all of them together", () => {
  for (const sample of all) expect(check(sample), JSON.stringify(sample)).not.toThrow();
  const allowed = all.reduce<Sample>((sum, sample) => merged(sum, sample), {});
  expect(check(allowed)).not.toThrow();
});

test("what Kubernetes refuses is refused before it", () => {
  const found = (cluster: object) => {
    try {
      check(cluster)();
      return [];
    } catch (error) {
      const [, ...lines] = (error as Error).message.split("\n");
      return lines.map((line) => line.replace(/^ {2}cluster\./, ""));
    }
  };
  for (const imageRepository of ["https://registry.example.com", "registry.example.com/K8s", "a b", "", "a.test/"])
    expect(found({ imageRepository })).toEqual([
      `imageRepository: "${imageRepository}" is not the beginning of an image's name; examples: registry.example.com/k8s, 10.0.0.5:5000`,
    ]);
  expect(found({ serviceCidr: "10.20.0.0/29" })).toEqual([
    'serviceCidr: "10.20.0.0/29" is too small; kubeadm takes 16 addresses at least (/28)',
  ]);
  expect(
    found({ podCidr: "10.10.0.0/29", controllerManager: { extraArgs: { "node-cidr-mask-size-ipv4": "32" } } }),
  ).toEqual(['podCidr: "10.10.0.0/29" is too small; kubeadm takes 16 addresses at least (/28)']);
  for (const gate of ["A=true,B", "My Gate", "1A", "A_b"])
    expect(found({ featureGates: { [gate]: true } })).toEqual([
      `featureGates.${gate}: "${gate}" is not the name of a feature gate`,
    ]);
  expect(found({ kubelet: { kind: "Pod" }, kubeProxy: { apiVersion: "v1" } })).toEqual([
    "kubelet.kind: is what makes it a configuration; leave it out",
    "kubeProxy.apiVersion: is what makes it a configuration; leave it out",
  ]);
  expect(found({ security: { podSecurity: { exemptNamespaces: ["kube-system", "a", "a", "A_b"] } } })).toEqual([
    'security.podSecurity.exemptNamespaces[0]: "kube-system" is exempt anyway; take it out',
    'security.podSecurity.exemptNamespaces[2]: "a" is there twice; take it out',
    'security.podSecurity.exemptNamespaces[3]: "A_b" is not the name of a namespace; example: ingress-nginx',
  ]);
  const oidc = { clientId: "", issuerUrl: "https://kubernetes.default.svc.cluster.local", usernameClaim: "" };
  expect(found({ security: { oidc: { ...oidc, requiredClaims: { "": "x" } } } })).toEqual([
    "security.oidc.clientId: is empty; expected: the client that tokens are meant for",
    'security.oidc.issuerUrl: "https://kubernetes.default.svc.cluster.local" is the cluster\'s own issuer, of service accounts; expected: that of another provider',
    "security.oidc.requiredClaims: has a claim without a name; expected: the name of each before its value",
    "security.oidc.usernameClaim: is empty; expected: the claim with a user's name, such as sub",
  ]);
  for (const [issuerUrl, shown] of [
    ["https://me:pw@login.example.com", "https://…@login.example.com"],
    ["https://login.example.com/a b", "https://login.example.com/a b"],
  ])
    expect(found({ security: { oidc: { clientId: "a", issuerUrl } } })).toEqual([
      `security.oidc.issuerUrl: "${shown}" is not a valid issuer; expected: https://…, without user, query and fragment`,
    ]);
});

test("an audit policy is refused with what is wrong in it", () => {
  const problem = (rules: string) => {
    const policy = `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`;
    try {
      check({ security: { audit: { policy } } })();
      return "";
    } catch (error) {
      return (error as Error).message.replace(
        /^[\s\S]*cluster\.security\.audit\.policy: is not a valid audit policy: /,
        "",
      );
    }
  };
  expect(problem("rules: [{ level: metadata }, {}]")).toBe(
    'rules[0].level is "metadata", allowed: None, Metadata, Request, RequestResponse; rules[1].level is missing, allowed: None, Metadata, Request, RequestResponse',
  );
  expect(problem("omitStages: [Never]\nrules: [{ level: None, omitStages: [Panic, Now] }]")).toBe(
    '"Never" in omitStages, allowed: RequestReceived, ResponseStarted, ResponseComplete, Panic; "Now" in rules[0].omitStages, allowed: RequestReceived, ResponseStarted, ResponseComplete, Panic',
  );
  expect(problem('rules: [{ level: None, nonResourceURLs: [healthz, "/a*/b"], resources: [{ group: "" }] }]')).toBe(
    '"healthz" in rules[0].nonResourceURLs, allowed: "*", or a slash first and a * last at most; "/a*/b" in rules[0].nonResourceURLs, allowed: "*", or a slash first and a * last at most; rules[0] has nonResourceURLs beside resources or namespaces, allowed: a rule for each',
  );
  expect(problem("rules: [{ level: None, resources: [{ group: '', resourceNames: [a] }] }]")).toBe(
    "rules[0].resources has resourceNames without resources, expected: whose names they are",
  );
});
