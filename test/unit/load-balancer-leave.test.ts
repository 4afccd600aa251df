import { expect, test } from "vitest";
import { Elsewhere } from "../support/elsewhere";

const instance = "192.0.2.8 ssh-ed25519 AAAA\n";
const dropIn = (service: string) => `/etc/systemd/system/${service}.service.d/kubeadm-ha.conf`;

/** A machine whose HAProxy is the distribution's and has its own configuration, before LINES are run there. */
function machine(lines: string) {
  const there = new Elsewhere();
  there.write("/etc/haproxy/haproxy.cfg", "of the package\n", 0o640);
  there.write("/etc/haproxy/errors/400.http", "of the package\n");
  there.write("/var/log/kubeadm-ha/load-balancer.log", "");
  there.input("instance-id", instance);
  const before = there.files();
  const text = `for f in haproxy.cfg ca.crt check.sh keepalived.conf haproxy.service.conf; do echo ours >"$INPUT/$f"; done
    printf 'lb-1\\n${instance.trim()}\\n' >"$INPUT/owner"; ${lines}`;
  const { status, stderr } = there.run(["load-balancer/service", "load-balancer/haproxy"], text);
  expect(status, stderr).toBe(0);
  return { there, before };
}

const haproxy = `place "$INPUT/owner" "$SERVICE_OWNER"; before_note_enabled haproxy
  service_configure haproxy "$INPUT/ca.crt" /etc/haproxy/kubernetes-ca.crt
  service_configure haproxy "$INPUT/haproxy.cfg" /etc/haproxy/haproxy.cfg
  place "$INPUT/haproxy.service.conf" "$(service_drop_in haproxy)"
  mkdir -p /var/lib/haproxy; echo x >/var/lib/haproxy/server-state
  mkdir -p /etc/keepalived; place "$INPUT/keepalived.conf" /etc/keepalived/keepalived.conf 0600`;

/** What is there apart from the log of the run. */
const left = (there: Elsewhere) => there.files().filter((file) => !file.startsWith("/var/log/"));
const same = (files: string[]) => files.filter((file) => !file.startsWith("/var/log/"));

test("a load balancer that is let go leaves the package's own configuration, and nothing of ours", () => {
  const { there, before } = machine(haproxy);
  there.write("/var/lib/kubeadm-ha/haproxy.not-loaded", "");
  for (const _ of ["once", "again"]) {
    const { status, stderr } = there.step("load-balancer/leave.sh", ["lb-1"]);
    expect(status, stderr).toBe(0);
    expect(left(there)).toEqual(same(before));
    expect(there.below("/var/lib")).toEqual(["haproxy"]);
    expect(there.below("/etc/systemd")).toEqual([]);
  }
  expect(there.read("calls")).toContain("systemctl disable --now haproxy\n");
});

test("one that has become another machine of the list goes on", () => {
  const { there } = machine(haproxy);
  const before = left(there);
  there.write("/var/lib/kubeadm-ha/load-balancer", `lb-2\n${instance}`);
  expect(there.step("load-balancer/leave.sh", ["lb-1"]).stderr).toContain("goes on");
  expect(left(there)).toEqual(before.map((file) => file.replace("lb-1|", "lb-2|")));
});

test("one that an earlier version made leaves no configuration of ours, and what that replaced nobody has", () => {
  const { there } = machine(":");
  there.write("/var/lib/kubeadm-ha/load-balancer", `lb-1\n${instance}`);
  for (const path of [dropIn("haproxy"), dropIn("keepalived"), "/etc/keepalived/keepalived.conf"])
    there.write(path, "ours\n");
  there.write("/etc/keepalived/check.sh", "ours\n");
  there.write("/etc/haproxy/kubernetes-ca.crt", "ours\n");
  const { status, stderr } = there.step("load-balancer/leave.sh", ["lb-1"]);
  expect(status, stderr).toBe(0);
  expect(left(there).filter((file) => !file.startsWith("/proc/"))).toEqual([
    "/etc/haproxy/errors/400.http 644 of the package|",
  ]);
});
