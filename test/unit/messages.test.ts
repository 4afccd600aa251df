import { describe, expect, test } from "vitest";
import { shellSources } from "../../components/remote/sources";
import { shell } from "../support/shell";

// What docs/troubleshooting.md has and no other test provokes.

/** A function of a step, without the step, or of a library that the step loads. */
function own(script: string, name: string, library = script): string {
  return new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}`, "m").exec(shellSources(script)[library])?.[0] ?? "";
}

describe("the software of a machine", () => {
  const bundle = (source: string, before: string) =>
    shell("bundle_use", {
      libraries: ["bundle"],
      input: { "software/bundle.env": `SOURCE=${source}\nSHA256=${"0".repeat(64)}\n` },
      before,
    });

  test("a bundle that is not there", () => {
    expect(bundle("/nowhere", "").stderr).toMatch(
      /^error: no bundle at \/nowhere on \S+\n {2}expected: a directory with SHA256SUMS, bin, cni and images\n$/,
    );
  });

  test("a bundle that is another one", () => {
    const { status, stderr } = bundle('"$there"', 'echo "0 bin/kubeadm" >"$there/SHA256SUMS"');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: the bundle at \S+ is another one: its SHA256SUMS has SHA-256 [0-9a-f]{64}\n {2}expected: 0{64}\n$/,
    );
  });

  const check = (programs: Record<string, string>, lines = "") =>
    shell(`${lines}software_check 1.36.3`, {
      libraries: ["software"],
      input: { "software/way": "preinstalled\n" },
      programs,
    });

  test("programs that are missing on a machine that is only checked", () => {
    const { status, stderr } = check({}, "command() { return 1; }; ");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: not installed on \S+: kubeadm kubelet .*\n {2}expected: all of: kubeadm kubelet /);
  });

  test("programs of another version than is configured", () => {
    const all = "kubelet kubectl containerd containerd-shim-runc-v2 ctr runc etcdctl".split(" ");
    const { stderr } = check({ ...Object.fromEntries(all.map((name) => [name, ""])), kubeadm: "echo v1.35.1" });
    expect(stderr).toMatch(
      /^error: kubeadm on \S+ is 1\.35\.1\n {2}expected: 1\.36\.3\n {2}to do: install that version\n$/,
    );
  });

  test("images that cannot be pulled, with what kubeadm said of them", () => {
    const said = "failed to pull image: x509: certificate signed by unknown authority";
    const { status, stderr } = shell("images_pull 1.36.3", {
      libraries: ["images"],
      input: { "software/images.env": "IMAGE_REPOSITORY=registry.example.com/k8s\n" },
      programs: {
        kubeadm: `[ "$3" = list ] && echo registry.example.com/k8s/pause:3.10.2 || { echo '${said}' >&2; exit 1; }`,
        ctr: "",
      },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`  | ${said}\nerror: the images of Kubernetes 1.36.3 could not be pulled on `);
    expect(stderr).toContain("install.registries a CA and a password");
  });
});

describe("the first control plane", () => {
  const node = { libraries: ["node"], before: "PKI=$there/pki; mkdir -p $there/pki" };

  test("a first machine whose CA is gone", () => {
    const { stderr } = shell("NODE_KEPT=$there/kept; node_place_shared", {
      ...node,
      input: { "pki/ca.crt": "CA\n", "etcd-endpoints": "https://a:2379\n" },
    });
    expect(stderr).toMatch(/^error: the key of the cluster's CA is not on \S+\n/);
  });

  test("a machine of another cluster", () => {
    const { status, stderr } = shell('echo other >"$PKI/ca.crt"; node_refuse_foreign', {
      ...node,
      input: { "pki/ca.crt": "CA\n" },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: \S+ belongs to another cluster: its CA \(\S+\/ca\.crt\) has SHA-256 [0-9a-f]{16}…\n {2}expected: no cluster, /,
    );
  });

  const init = (name: string, lines: string, programs = {}) =>
    shell(
      `node_refuse_foreign() { :; }; node_is_member() { return 1; }; living_peer() { return 1; }
       node_has_traces() { return 1; }; node_clear_network() { :; }; node_place_shared() { :; }; place() { :; }
       ${own("control-plane/init.sh", name)}
       ${lines}`,
      { libraries: ["etcd", "record", "encryption"], before: "PKI=$there/pki", programs },
    );

  test("a cluster that the state knows nothing of", () => {
    const { status, stderr } = init(
      "refuse_grown_etcd",
      `mkdir -p "$PKI/etcd"; touch "$PKI/etcd/healthcheck-client.crt"; NODE_ETCD_DATA=/nowhere
       etcd_members() { printf '%s\\n' a b; }; refuse_grown_etcd`,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: etcd on \S+ has 2 members, although the cluster was never recorded as made\n {2}expected: a fresh machine/,
    );
  });

  test("an init that fails, with the end of its log", () => {
    const kubeadm = "echo '[ERROR NumCPU]: too few' >&2; exit 1";
    const { status, stderr } = init("main", "main cp-1", { kubeadm });
    expect(status).toBe(1);
    expect(stderr).toContain("  | [ERROR NumCPU]: too few\nerror: kubeadm init failed on cp-1\n");
  });
});

describe("joins", () => {
  const join = (name: string, lines: string, programs = {}) =>
    shell(`${own("workers/join.sh", name)}\n${lines}`, { libraries: ["record", "software"], ...way, programs });
  const way = { input: { "software/way": "preinstalled\n", "discovery.conf": "" } };

  test("a join of a worker that fails, with the end of its log", () => {
    const quiet = "node_clear_network node_place_patches place kube_use record_read record_version software_take";
    const stubs = [...quiet.split(" "), "stale_node_down"].map((name) => `${name}() { :; };`).join(" ");
    const kubeadm = "echo 'error execution phase preflight' >&2; exit 1";
    const lines = `${stubs} node_has_traces() { return 1; }; DISCOVERY=$there/discovery; join_cluster node-1`;
    const { status, stderr } = join("join_cluster", lines, { kubeadm });
    expect(status).toBe(1);
    expect(stderr).toContain("  | error execution phase preflight\nerror: kubeadm join failed on node-1\n");
  });

  test("a control plane that is to be a worker", () => {
    const lines = 'MANIFESTS=$there; touch "$there/kube-apiserver.yaml"; refuse_control_plane';
    const { status, stderr } = join("refuse_control_plane", lines);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: \S+ is a control plane\n {2}expected: a machine for a worker\n/);
  });
});

test("settings that kubeadm refuses", () => {
  const { status, stderr } = shell("rollout_kubeadm control-plane all --config x", {
    libraries: ["rollout/rollout"],
    before: "PKI=$there/pki",
    programs: { kubeadm: "echo 'error applying patches' >&2; exit 1" },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /error applying patches\nerror: kubeadm refuses the changed settings on \S+\n {2}to do: see \S+ there; nothing was touched\n$/,
  );
});

test("a load balancer in front of a living cluster with another CA", () => {
  const refuses = own("load-balancer/load-balancer.sh", "haproxy_refuse_other_ca", "load-balancer/haproxy.sh");
  const { status, stderr } = shell(
    `${refuses.replace("/etc/haproxy/kubernetes-ca.crt", "$there/ca.crt")}
     echo former >"$there/ca.crt"; haproxy_refuse_other_ca`,
    { input: { "ca.crt": "CA\n" }, programs: { socat: "echo '1 control-planes 1 cp-1 192.0.2.11 2 0'" } },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: a living cluster with another CA is behind \S+: cp-1 serves it\n/);
});

describe("a load balancer of two", () => {
  const interfaceOf = (addresses: string) =>
    shell('keepalived_interface 192.0.2.200 ""', {
      libraries: ["load-balancer/keepalived"],
      input: { address: "192.0.2.7\n" },
      programs: { ip: `[[ $* == *route* ]] || echo '${addresses}'` },
    });

  test("a load balancer whose address is no address of its own", () => {
    const { stderr } = interfaceOf("2: eth0    inet 10.0.0.7/24 brd 10.0.0.255 scope global eth0");
    expect(stderr).toMatch(/^error: no interface of \S+ has the address 192\.0\.2\.7\n/);
  });

  test("a virtual address outside of the network", () => {
    const { stderr } = interfaceOf("2: eth0    inet 192.0.2.7/25 brd 192.0.2.127 scope global eth0");
    expect(stderr).toMatch(
      /^error: the virtual address 192\.0\.2\.200 is outside of the network of 192\.0\.2\.7 on eth0\n/,
    );
  });
});
