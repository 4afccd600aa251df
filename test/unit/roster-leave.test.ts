import { describe, expect, test } from "vitest";
import { settle } from "../support/roster";

describe("workers that are in no list", () => {
  const marked = (name: string) => [`annotate node ${name} --overwrite kubeadm-ha/leaving=true`, `cordon ${name}`];
  const drain = (name: string) => `drain ${name} --ignore-daemonsets --delete-emptydir-data --force --timeout=20s`;
  const gone = (name: string) => `delete node ${name} --ignore-not-found`;

  test("take no more pods, all of them, before the first is drained; then each is, and deleted", () => {
    const { status, changed } = settle({ workers: "w-1", inPools: "w-1 w-2 w-3" });
    expect({ status, changed }).toEqual({
      status: 0,
      changed: [...marked("w-2"), ...marked("w-3"), drain("w-2"), gone("w-2"), drain("w-3"), gone("w-3")],
    });
  });

  test("are drained to the last when there are no pools any more, and none where there never were", () => {
    expect(settle({ inPools: "w-1" }).changed).toEqual([...marked("w-1"), drain("w-1"), gone("w-1")]);
    expect(settle({}).changed).toEqual([]);
  });

  test("are not waited for where they are dead, and where they die meanwhile", () => {
    const dead = 'case $words in "get node w-2 "*Ready*) echo Unknown; exit ;; esac';
    expect(settle({ inPools: "w-2", kubectl: dead })).toMatchObject({
      status: 0,
      changed: [...marked("w-2"), gone("w-2")],
      stderr: expect.stringContaining("w-2 is not Ready; its pods are lost\n"),
    });
    const dying =
      "case $words in drain*) touch $there/dead; exit 1 ;; *Ready*) [ ! -e $there/dead ] || { echo Unknown; exit; } ;; esac";
    expect(settle({ inPools: "w-2", kubectl: dying })).toMatchObject({
      status: 0,
      changed: [...marked("w-2"), drain("w-2"), gone("w-2")],
      stderr: expect.stringContaining("w-2 does not answer any more; its pods are lost\n"),
    });
  });

  test("stay where a disruption budget does not let their pods go, and it is said which", () => {
    const { status, stderr, changed } = settle({
      inPools: "w-2",
      kubectl: "case $words in drain*) sleep 0.3; exit 1 ;; esac",
    });
    expect(status).toBe(1);
    expect(changed).not.toContain(gone("w-2"));
    expect(stderr).toContain(`error: w-2 could not be drained in 1 s; left on it: default/web 
  expected: pods that may be moved
  to do: see 'kubectl get poddisruptionbudgets --all-namespaces'; 'pulumi up' goes on with the drain, and w-2 stays cordoned until then
`);
  });

  test.each([
    ["who is in the pools", '"get nodes --selector"*'],
    ["whether one is alive", '"get node "*Ready*'],
  ])("stay where the API does not tell %s", (_, question) => {
    const { status, changed } = settle({
      inPools: "w-2",
      kubectl: `case $words in ${question}) echo "no answer" >&2; exit 1 ;; esac`,
      deadline: 2,
    });
    expect(status).toBe(1);
    expect(changed.filter((line) => /^(drain|delete)/.test(line))).toEqual([]);
  });
});
