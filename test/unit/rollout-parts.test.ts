import { expect, test } from "vitest";
import { shell } from "../support/shell";

/** Runs a roll-out of two parts that write down what is asked of them. */
const rollOut = (lines: string) =>
  shell(
    `guard() { echo guard; }
     for part in one two; do
       eval "\${part}_name() { echo part $part; }
             \${part}_render() { echo $part render; }
             \${part}_differs() { echo what; }
             \${part}_apply() { echo $part apply; }
             \${part}_log() { echo because; }
             \${part}_undo() { echo $part undo; }"
     done
     backup_drop() { echo verified; }
     ${lines}
     rollout_run cp-1 10.0.0.1 one two`,
    { libraries: ["rollout/rollout"] },
  );

test("parts that differ are applied in their order, behind the guard", () => {
  const { status, stdout } = rollOut("");
  expect(status).toBe(0);
  expect(stdout).toBe("one render\ntwo render\nguard\none apply\ntwo apply\n");
});

test("where nothing differs nobody is asked", () => {
  const { status, stdout } = rollOut("one_differs() { return 1; }; two_differs() { return 1; }");
  expect({ status, stdout }).toEqual({ status: 0, stdout: "one render\ntwo render\n" });
});

test("what cannot be rendered ends the step before anything is compared or changed", () => {
  const { status, stdout, stderr } = rollOut('two_render() { fail "kubeadm refuses it"; }');
  expect({ status, stdout }).toEqual({ status: 1, stdout: "one render\n" });
  expect(stderr).toContain("error: kubeadm refuses it");
});

test("a guard that refuses changes nothing", () => {
  const { status, stdout } = rollOut('guard() { fail "no"; }');
  expect({ status, stdout }).toEqual({ status: 1, stdout: "one render\ntwo render\n" });
});

test("a part that does not work takes back what the parts before it have changed, and says why", () => {
  const { status, stdout, stderr } = rollOut("two_apply() { echo two apply; false; echo and on; }");
  expect(status).toBe(1);
  expect(stdout).toBe("one render\ntwo render\nguard\none apply\ntwo apply\none undo\ntwo undo\nverified\n");
  expect(stderr).toContain("error: part two of cp-1 does not come up with the changed settings: because\n");
  expect(stderr).toContain("cp-1 is back at its former settings, and the machines after it were not touched");
});

test("labels, taints and provider ID of a living Node are the roster's: no kubelet is started again for them", () => {
  const { stdout } = shell(
    `args() { echo KUBELET_KUBEADM_ARGS='"'"$*"'"'; }
     args --node-ip=10.0.0.1 --node-labels=a=new --provider-id=x --v=2 >wanted.env
     args --register-with-taints=t=:NoSchedule --node-ip=10.0.0.1 --node-labels=a=old --v=1 >living.env
     kubelet_keep_registration wanted.env living.env
     cat wanted.env
     args --node-ip=10.0.0.1 >bare.env
     kubelet_keep_registration wanted.env bare.env
     cat wanted.env`,
    { libraries: ["rollout/kubelet"], before: 'cd "$WORK"' },
  );
  expect(stdout).toBe(
    'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --v=2 --node-labels=a=old --register-with-taints=t=:NoSchedule"\n' +
      'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --v=2"\n',
  );
});
