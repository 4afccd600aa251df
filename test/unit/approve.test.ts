import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

const script = join(__dirname, "../../components/control-plane/approver/approve.sh");
const own = "ip-10-0-0-11.eu-central-1.compute.internal";
const nodes = `cp-1 10.0.0.11 192.0.2.11 fd00::11 DNS:${own}
cp-2 10.0.0.12 DNS:ip-10-0-0-12.eu-central-1.compute.internal
`;
const usages = '["digital signature","server auth"]';
let key: string;

beforeAll(() => {
  key = join(mkdtempSync(join(tmpdir(), "approve-")), "key");
  execFileSync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key]);
});

function request(names: string, subject = "/O=system:nodes/CN=system:node:cp-1"): string {
  const san = names === "" ? [] : ["-addext", `subjectAltName = ${names}`];
  return execFileSync("openssl", ["req", "-new", "-key", key, "-subj", subject, ...san], { encoding: "utf8" });
}

/** What the API is asked for one after the other: lines of shell, to which `$here` is a directory of theirs. */
interface Api {
  /** Changes of the list, as a watch tells them. */
  listChanges: string;
  /** The watch for requests; when it ends, the script does. */
  requests: string;
}

const still: Api = { listChanges: "exec sleep 60", requests: "cat $here/line" };

/**
 * Has the script judge one request, with a kubectl that has nothing else to tell; gives whether it approved it, and
 * what it said.
 */
function judge(
  pem: string,
  { user = "system:node:cp-1", asked = usages, decided = "", list = nodes, api = still } = {},
) {
  const here = mkdtempSync(join(tmpdir(), "approve-"));
  const line = ["request", "csr-1", user, asked, decided, Buffer.from(pem).toString("base64")].join("|");
  writeFileSync(join(here, "nodes"), list);
  writeFileSync(join(here, "line"), `${line}\n`);
  writeFileSync(
    join(here, "kubectl"),
    `#!/bin/bash
here=${here}
echo "$*" >>$here/asked
case "$*" in
  *" get csr --watch"*) ${api.requests} ;;
  *" get csr "*) cat $here/line ;;
  *" get configmaps --watch"*) ${api.listChanges} ;;
  *" get configmap kubeadm-ha-nodes "*) cat $here/nodes; touch $here/read ;;
  *" certificate approve csr-1") touch $here/approved ;;
  *) exit 1 ;;
esac
`,
    { mode: 0o755 },
  );
  const { status, stderr } = spawnSync("bash", [script], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PATH: `${here}:${process.env.PATH}` },
  });
  expect(status, stderr).toBe(0);
  expect(readFileSync(join(here, "asked"), "utf8")).toContain(" get csr --watch");
  return { approved: existsSync(join(here, "approved")), said: stderr.trim() };
}

const pending = (why: string) => ({ approved: false, said: `csr-1 stays pending: ${why}` });

describe("a kubelet gets a certificate for its own", () => {
  test.each([
    ["name and address", "DNS:cp-1, IP:10.0.0.11"],
    ["other address", "IP:192.0.2.11"],
    ["IPv6 address, however it is written", "IP:FD00:0:0:0:0:0:0:11"],
    ["name in the DNS of its cloud", `DNS:${own}, IP:10.0.0.11`],
  ])("%s", (_, names) => expect(judge(request(names))).toEqual({ approved: true, said: "" }));
});

test("a kubelet whose node is called by its full domain name gets one for it, and for no name like it", () => {
  const node = "cp-1.example.com";
  const user = `system:node:${node}`;
  const list = `${node} 10.0.0.11\n`;
  const asked = (names: string) => judge(request(names, `/O=system:nodes/CN=${user}`), { user, list });
  expect(asked(`DNS:${node}, IP:10.0.0.11`)).toEqual({ approved: true, said: "" });
  expect(asked("DNS:cp-1xexample.com")).toEqual(pending(`'DNS:cp-1xexample.com' is not a name of ${node}`));
});

describe("a kubelet gets none for", () => {
  test.each([
    ["another node's name", "DNS:cp-2", "'DNS:cp-2' is not a name of cp-1"],
    [
      "another node's name in the DNS of its cloud",
      "DNS:ip-10-0-0-12.eu-central-1.compute.internal",
      "'DNS:ip-10-0-0-12.eu-central-1.compute.internal' is not a name of cp-1",
    ],
    ["a part of its name", "DNS:ip-10-0-0-11.eu-central-1", "'DNS:ip-10-0-0-11.eu-central-1' is not a name of cp-1"],
    ["names like its own", `DNS:${own.replace(".", "x")}`, `'DNS:${own.replace(".", "x")}' is not a name of cp-1`],
    ["a name beside its own", `DNS:${own}, DNS:*.example.com`, "'DNS:*.example.com' is not a name of cp-1"],
    ["another node's address", "IP:10.0.0.12", "10.0.0.12 is not an address of cp-1"],
    ["an address as a name", "DNS:10.0.0.11", "'DNS:10.0.0.11' is not a name of cp-1"],
    ["an e-mail address", "email:a@example.com", "'email:a@example.com' is not a name of cp-1"],
    ["no name", "", "it asks for no name"],
  ])("%s", (_, names, why) => expect(judge(request(names))).toEqual(pending(why)));

  test("another use", () =>
    expect(judge(request("DNS:cp-1"), { asked: '["server auth","client auth"]' })).toEqual(
      pending("it asks for the usage client_auth"),
    ));
  test("another subject", () =>
    expect(judge(request("DNS:cp-1", "/O=system:masters/CN=system:node:cp-1"))).toEqual(
      pending("its subject=CN=system:node:cp-1,O=system:masters is not that of system:node:cp-1"),
    ));
});

test("who is no node gets none, and what is decided is left alone", () => {
  for (const user of ["system:node:cp-9", "cp-1", "system:node:DNS"])
    expect(judge(request("DNS:cp-1"), { user })).toEqual(pending(`${user} is not a node of this cluster`));
  expect(judge(request("DNS:cp-1"), { decided: "Denied" })).toEqual({ approved: false, said: "" });
});

describe("the list of machines", () => {
  const why = "csr-1 stays pending: system:node:cp-1 is not a node of this cluster";
  /**
   * The request comes, the list is read, the list becomes `text`, and the watch ends when all requests are asked for
   * again.
   */
  const changes = (text: string): Api => ({
    listChanges: `until [ -e $here/read ]; do sleep 0.05; done; printf '${text}' >$here/nodes; echo list; exec sleep 60`,
    requests: "cat $here/line; until grep -q ' get csr --field-selector' $here/asked; do sleep 0.05; done",
  });

  test("is waited for while there is none", () => {
    expect(judge(request("DNS:cp-1"), { list: "", api: changes("cp-1 10.0.0.11\\n") })).toEqual({
      approved: true,
      said: why,
    });
  });

  test("has every request that waits judged again when it changes, by what it is then", () => {
    const list = "cp-2 10.0.0.12\n";
    expect(judge(request("IP:10.0.0.11"), { list, api: changes("cp-1 10.0.0.11\\n") })).toEqual({
      approved: true,
      said: why,
    });
    expect(judge(request("IP:10.0.0.11"), { list, api: changes("cp-1 10.0.0.13\\n") })).toEqual({
      approved: false,
      said: `${why}\ncsr-1 stays pending: 10.0.0.11 is not an address of cp-1`,
    });
  });
});
