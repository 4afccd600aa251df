import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { shell } from "../support/shell";

/**
 * Runs lines of bash with what prepares a machine. What is placed lands in `$there` under its last name, systemctl is a
 * list of what was asked of it, and PROGRAMS (text by name) stand in for others.
 */
function bash(lines: string, programs: Record<string, string> = {}, env: Record<string, string> = {}) {
  return shell(lines, {
    libraries: ["boot", "clock", "packages", "software-packages", "host/swap", "host/kernel"],
    programs: { systemctl: 'echo "systemctl $*" >>"$there/asked"', ...programs },
    env,
    before: `load boot; boot_in_container() { return 1; }; place() { cp "$1" "$there/\${2##*/}"; }`,
  });
}

describe("swap", () => {
  const fstab = `# /etc/fstab
UUID=1 / ext4 defaults 0 1
UUID=2 none swap sw 0 0
/swapfile\tswap\tswap\tdefaults 0 0
UUID=3 /swap ext4 defaults 0 2
`;
  // What swap_off reads of this machine.
  const machine = `cat >"$there/before" <<'FSTAB'\n${fstab}FSTAB
sed() { command sed "\${@/#\\/etc\\/fstab/$there/before}"; }
swap_devices() { [ -e "$there/off" ] || echo /dev/sdb2 /dev/zram0; }
systemctl() { case $1 in list-units) echo "dev-zram0.swap loaded active active zram" ;; *) echo "$*" >>"$there/asked" ;; esac; }
`;

  test("is switched off, now and for the next boot", () => {
    const { status, stderr, read } = bash(`${machine}swap_off`, { swapoff: 'touch "$there/off"' });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("switching swap off: /dev/sdb2 /dev/zram0\n");
    expect(read("fstab")).toBe(
      fstab.replace("UUID=2", "# kubeadm-ha: UUID=2").replace("/swapfile", "# kubeadm-ha: /swapfile"),
    );
    expect(read("asked")).toBe("mask --quiet dev-zram0.swap\n");
  });

  test("that cannot be switched off ends the step", () => {
    const { status, stderr, read } = bash(`${machine}swap_off`, { swapoff: "exit 255" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: swap could not be switched off on /);
    expect(read("fstab")).toBe("");
  });

  test("of a container is its host's, and refused", () => {
    const { status, stderr } = bash(`${machine}boot_in_container() { return 0; }; swap_off`, {
      swapoff: 'touch "$there/off"',
    });
    expect(status).toBe(1);
    expect(stderr).toContain("error: swap is on: /dev/sdb2 /dev/zram0\n");
  });
});

describe("the clock", () => {
  const unsynchronised = { timedatectl: "case $* in *--value) echo no ;; *) echo NTPSynchronized=no ;; esac" };
  const nobody = "clock_service() { return 1; }\n";
  const somebody = "clock_service() { return 0; }\n";

  test("is waited for until it is right", () => {
    const timedatectl = 'echo x >>"$there/asked"; [ "$(wc -l <"$there/asked")" -gt 4 ] && echo yes || echo no';
    const { status, stderr, read } = bash(`${somebody}clock_await ""`, { timedatectl, chronyc: "exit 1" });
    expect(status, stderr).toBe(0);
    expect(read("asked").length).toBeGreaterThan(8);
  });

  test("is right where chrony alone says so", () => {
    const chronyc = 'echo "Leap status     : Normal"';
    expect(bash(`${somebody}clock_await ""`, { ...unsynchronised, chronyc }).status).toBe(0);
  });

  test("that nothing synchronises in time ends the step", () => {
    const programs = { ...unsynchronised, chronyc: 'echo "Leap status     : Not synchronised"' };
    const { status, stderr } = bash(`${somebody}clock_await ""`, programs, { DEADLINE: "1" });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /error: waited \d+ s for the clock of \S+ to be synchronised \(timedatectl, chronyc tracking\); last seen: /,
    );
  });

  test("that nothing keeps is refused, or gets a service where that can be installed", () => {
    const programs = { ...unsynchronised, chronyc: '[ -e "$there/asked" ] && echo "Leap status     : Normal"' };
    const refused = bash(`${nobody}clock_await ""`, programs);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /error: nothing keeps the clock of \S+\n {2}expected: systemd-timesyncd, chrony or ntpd to run\n/,
    );
    const { status, stderr } = bash(`${nobody}install() { touch "$there/asked"; }; clock_await install`, programs);
    expect(status, stderr).toBe(0);
  });

  test("of a container, or one that is somebody else's business, is not asked for", () => {
    const timedatectl = 'touch "$there/asked"';
    for (const lines of ['touch "$INPUT/no-time-sync"', "boot_in_container() { return 0; }"]) {
      const { status, read } = bash(`${nobody}${lines}; clock_await ""`, { timedatectl });
      expect([status, read("asked")], lines).toEqual([0, ""]);
    }
  });

  test.each([
    ["apt", "apt-get", "systemd-timesyncd", "systemd-timesyncd"],
    ["dnf", "dnf", "chrony", "chronyd"],
  ])("gets its service by %s", (manager, program, name, service) => {
    const { status, stderr, read } = bash(`PACKAGES=${manager}; packages_install_clock`, {
      [program]: `echo "${program} $*" >>"$there/asked"`,
      dpkg: "",
    });
    expect(status, stderr).toBe(0);
    const asked = read("asked").trim().split("\n");
    expect(asked.at(-2)).toMatch(new RegExp(`^${program} .*install.* ${name}$`));
    expect(asked.at(-1)).toBe(`systemctl enable --quiet --now ${service}`);
  });
});

describe("kernel settings", () => {
  const programs = { modprobe: 'echo "modprobe $*" >>"$there/asked"' };

  test("are there now and after a boot", () => {
    const { status, stderr, read } = bash("kernel_settings", {
      ...programs,
      sysctl: 'echo "sysctl $*" >>"$there/asked"',
    });
    expect(status, stderr).toBe(0);
    const bridges = existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables")
      ? "net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\n"
      : "";
    expect(read("90-kubeadm-ha.conf")).toBe(`net.ipv4.ip_forward = 1\n${bridges}`);
    expect(read("kubeadm-ha.conf")).toBe("overlay\nbr_netfilter\n");
    expect(read("asked")).toBe("modprobe -a overlay br_netfilter\nsysctl -q -p /etc/sysctl.d/90-kubeadm-ha.conf\n");
  });

  test("are those of IPv6, too, where the machine has an address of it, and it goes on listening to its router", () => {
    const programs = {
      modprobe: "",
      sysctl: "",
      ip: "echo default via fe80::1 dev lo proto ra metric 1024 expires 1700sec",
    };
    const { status, stderr, read } = bash("touch $INPUT/ipv6; kernel_settings", programs);
    expect(status, stderr).toBe(0);
    expect(read("90-kubeadm-ha.conf").split("\n").slice(-4)).toEqual([
      "net/ipv6/conf/lo/accept_ra = 2",
      "net.ipv6.conf.all.forwarding = 1",
      "net.ipv6.conf.default.forwarding = 1",
      "",
    ]);
  });

  test("that cannot be set end the step", () => {
    const { status, stderr } = bash("kernel_settings", { ...programs, sysctl: "exit 1" });
    expect(status).toBe(1);
    expect(stderr).toContain("error: the kernel settings of /etc/sysctl.d/90-kubeadm-ha.conf could not be set");
  });
});

describe.each([
  ["apt", "apt-get", "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7'; exit 100"],
  ["dnf", "dnf", "echo 'Failed to obtain the metadata lock: held by process 7'; exit 200"],
  ["dnf", "dnf", "echo 'Transaction failed: Failed to obtain rpm transaction lock.'; exit 1"],
])("somebody else's lock, with %s", (manager, program, locked) => {
  // Two minutes each time.
  const install = `PACKAGES=${manager}; sleep() { SECONDS=$((SECONDS + 120)); }; ${manager}_run install x`;

  test("is waited for", () => {
    const text = `echo x >>"$there/asked"; [ "$(wc -l <"$there/asked")" -gt 2 ] || { ${locked}; }`;
    const { status, stderr, read } = bash(install, { [program]: text });
    expect(status, stderr).toBe(0);
    expect(stderr.match(/waiting for the lock of the package manager: /g)).toHaveLength(1);
    expect(read("asked")).toBe("x\nx\nx\n");
  });

  test("is not waited for without end", () => {
    const { status, stderr } = bash(install, { [program]: locked });
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: waited 600 s for the lock of the package manager: .*lock/);
  });

  test("is told from any other failure", () => {
    const { status, stderr } = bash(install, { [program]: "echo 'no space left'; exit 1" });
    expect(status).toBe(1);
    expect(stderr).toBe("  | no space left\n");
  });
});

test("Docker has no packages for Amazon Linux", () => {
  const { status, stderr } = bash(`software_packages_fetch_key() { echo fetched >&2; }
.() { ID=amzn; }
software_dnf_add_docker https://download.docker.com/linux F`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: Docker has no packages for Amazon Linux\n/);
});

describe("the name of the endpoint", () => {
  const looked = (getent: string) =>
    shell(`sleep() { SECONDS=$((SECONDS + 16)); }; hostname() { echo cp-1; }; resolver_await api.example.com`, {
      libraries: ["host/resolver"],
      programs: { getent },
    });
  test("is looked up, and waited for", () => {
    const { status, stderr } = looked(
      '[ "$*" = "ahosts api.example.com" ] && [ -e "$there/asked" ] || { touch "$there/asked"; exit 2; }',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "looking up api.example.com\n" });
  });
  test("is refused where it has no address", () => {
    const { status, stderr } = looked("exit 2");
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `looking up api.example.com
error: cp-1 finds no address for api.example.com, which the API is reached by (cluster.endpointName)
  expected: that of the load balancer: 'getent ahosts api.example.com' prints it
  to do: make its DNS record, or a line in /etc/hosts of every node; then 'pulumi up' goes on
`,
    });
  });
});
