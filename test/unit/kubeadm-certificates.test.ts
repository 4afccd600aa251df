import { describe, expect, test } from "vitest";
import { runStep } from "../support/run-step";

const room = "control-plane/kubeadm-certificates";
const ready = 'case "$*" in *"get --raw /readyz") exit 0 ;; esac';
const away = { kubectl: "exit 1" };

describe("a machine that cannot do it leaves it to another one, and nothing is done there", () => {
  const kubeadm = "echo $* >>$there/asked";
  test.each([
    ["upload.sh", "is no member", { kubectl: ready }, {}],
    ["sign-admin.sh", "has no CA", { kubectl: ready }, {}],
    ["sign-admin.sh", "has no API server that answers", away, { "pki/ca.key": "KEY" }],
    ["revoke.sh", "has no API server that answers", away, {}],
  ])("%s where it %s", (script, _, programs: Record<string, string>, files: Record<string, string>) => {
    const input = { "pki/ca.crt": "CA", "kubeadm.yaml": "", "upload.yaml": "", token: "abcdef" };
    const { status, stdout, stderr, read } = runStep(`${room}/${script}`, {
      args: ["8760h"],
      input,
      files,
      programs: { kubeadm, ...programs },
    });
    expect({ status, stdout, stderr, asked: read("asked") }).toEqual({ status: 75, stdout: "", stderr: "", asked: "" });
  });
});

describe("an administrator's kubeconfig", () => {
  const sign = (kubeadm: string) =>
    runStep(`${room}/sign-admin.sh`, {
      args: ["8760h"],
      input: { "kubeadm.yaml": "" },
      files: { "pki/ca.key": "KEY" },
      programs: { kubectl: ready, kubeadm },
    });

  test("is all that is printed, signed for as long as is configured, for the group that kubeadm knows", () => {
    const { status, stdout, stderr, read } = sign('echo "$@" >$there/asked; echo a warning >&2; echo kubeconfig');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: "kubeconfig\n",
      stderr: "signing the administrator's certificate\n",
    });
    expect(read("asked")).toMatch(/--org kubeadm:cluster-admins --validity-period 8760h\n$/);
  });

  test("that cannot be signed is an error with kubeadm's reason", () => {
    const { status, stdout, stderr } = sign("echo no such CA >&2; exit 1");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("error: kubeadm could not sign: no such CA\n");
  });
});

test("what is revoked is the token, the upload and the uploads' own tokens, and nothing else", () => {
  const { status, read } = runStep(`${room}/revoke.sh`, {
    input: { token: "abcdef" },
    programs: {
      kubectl: `${ready}
case "\${*:4}" in
  "-n kube-system get secrets "*) echo -n "bootstrap-token-aaaaaa bootstrap-token-bbbbbb " ;;
  *) echo "\${*:4}" >>$there/changed ;;
esac`,
    },
  });
  expect(status).toBe(0);
  expect(read("changed")).toBe(
    "-n kube-system delete secret --ignore-not-found kubeadm-certs " +
      "bootstrap-token-abcdef bootstrap-token-aaaaaa bootstrap-token-bbbbbb\n",
  );
});

describe("the cluster's CA", () => {
  const make = (files: Record<string, string>) =>
    runStep(`${room}/make-ca.sh`, {
      args: ["cp-1"],
      input: { "kubeadm.yaml": "" },
      files,
      programs: { kubeadm: "mkdir -p $there/pki; [ -f $there/pki/ca.crt ] || echo NEW CA >$there/pki/ca.crt" },
    });

  test("is made once, and its certificate printed", () => {
    expect(make({})).toMatchObject({ status: 0, stdout: "NEW CA\n", stderr: "" });
    expect(make({ "pki/ca.crt": "CA\n", "state/authority": "" })).toMatchObject({ status: 0, stdout: "CA\n" });
  });

  test("is not made on a machine that has one from elsewhere, which stays as it is", () => {
    const { status, stdout, stderr, read } = make({ "pki/ca.crt": "CA\n" });
    expect({ status, stdout, ca: read("pki/ca.crt") }).toEqual({ status: 1, stdout: "", ca: "CA\n" });
    expect(stderr).toContain(
      "error: cp-1 belongs to a cluster already, whose certificates were not made by kubeadm here\n",
    );
  });
});
