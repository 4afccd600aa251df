import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lab } from "../../support/lab";
import { Registry } from "../../support/registry";
import type { Images } from "./images";

/** When containerd was started on a machine, in microseconds since the boot of the one that all of them run on. */
export async function startedAt(lab: Lab, machine: string): Promise<number> {
  return Number(await lab.on(machine, "systemctl show --value --property=ExecMainStartTimestampMonotonic containerd"));
}

/** A mirror that asks for a password, and has a certificate of a CA that no machine trusts. */
export function asksForPasswords(
  lab: Lab,
  given: () => { images: Images; install: Record<string, unknown>; image: string },
) {
  let registry: Registry;
  let before: number[];
  const certs = "/etc/containerd/certs.d";

  beforeAll(async () => {
    registry = new Registry(given().images, { username: "robot", password: "Correct Horse" });
    await registry.start(lab.gateway);
    before = await Promise.all(lab.controlPlanes.map((machine) => startedAt(lab, machine)));
  });
  afterAll(() => registry.stop());

  const configure = (login: object, ca = registry.ca) =>
    lab.configure({
      cluster: {
        install: {
          ...given().install,
          registryMirrors: { "registry.k8s.io": `https://${registry.host}` },
          registries: [{ host: registry.host, ca, ...login }],
        },
      },
    });
  /** Pulls an image anew, as kubelets do, by CRI; gives what crictl says where it fails. */
  const pull = (machine: string) => {
    const crictl = "crictl --runtime-endpoint unix:///run/containerd/containerd.sock";
    const { image } = given();
    return lab.on(machine, `ctr -n k8s.io images rm ${image} >/dev/null; ${crictl} pull ${image} 2>&1 || true`, {
      deadline: 120,
    });
  };
  const manifests = () => registry.asked.filter(({ line }) => line.includes("/manifests/"));

  test("a wrong password reaches every machine, and pulls nothing", async () => {
    configure({ username: "robot", password: "wrong" });
    await lab.up();
    expect(await pull("cp-1")).toMatch(/401 Unauthorized|no basic auth credentials/);
    expect(manifests().map(({ user }) => user)).not.toContain("robot");
  });

  test("the right one, and the CA, pull images, and nothing was started again for them", async () => {
    configure(registry.login);
    const output = await lab.up();
    expect(output).not.toContain(registry.login.password);
    for (const machine of lab.controlPlanes) {
      expect(await pull(machine)).toContain("Image is up to date");
      const files = `cd ${certs} && stat -c '%a %n' registry.k8s.io/hosts.toml ${registry.host}/*`;
      expect((await lab.on(machine, files)).trim().split("\n")).toEqual([
        "600 registry.k8s.io/hosts.toml",
        `644 ${registry.host}/ca.crt`,
        `600 ${registry.host}/hosts.toml`,
      ]);
    }
    expect(manifests().filter(({ status, user }) => status === 200 && user === "robot").length).toBeGreaterThan(2);
    expect(await Promise.all(lab.controlPlanes.map((machine) => startedAt(lab, machine)))).toEqual(before);
  });

  test("the password is nowhere that somebody else reads, nor in a preview or the state in clear", async () => {
    const { password } = registry.login;
    const { output: preview } = await lab.pulumi("preview", "--diff");
    const { stdout: state } = await lab.pulumi("stack", "export");
    const basic = Buffer.from(`robot:${password}`).toString("base64");
    for (const secret of [password, basic]) {
      expect(preview).not.toContain(secret);
      expect(state).not.toContain(secret);
      const found = await lab.on(
        "cp-1",
        `grep -rlF '${secret}' /etc /var/lib/kubeadm-ha /var/log /run/kubeadm-ha || true`,
      );
      expect(found.trim().split("\n").sort()).toEqual(
        secret === basic
          ? [`${certs}/${registry.host}/hosts.toml`, `${certs}/registry.k8s.io/hosts.toml`].sort()
          : [""],
      );
    }
  });

  test("another CA is trusted after an up, and again nothing was started again", async () => {
    await registry.renew();
    expect(await pull("cp-2")).toMatch(/certificate signed by unknown authority/);
    configure(registry.login);
    await lab.up();
    expect(await pull("cp-2")).toContain("Image is up to date");
    expect(await Promise.all(lab.controlPlanes.map((machine) => startedAt(lab, machine)))).toEqual(before);
  });

  test("what is taken off the list goes, and what somebody else put there stays", async () => {
    await lab.on(
      "cp-3",
      `mkdir -p ${certs}/theirs.test && echo 'server = "https://theirs.test"' >${certs}/theirs.test/hosts.toml`,
    );
    lab.configure({ cluster: { install: given().install } });
    await lab.up();
    expect((await lab.on("cp-3", `ls ${certs}`)).trim().split("\n")).toEqual(["registry.k8s.io", "theirs.test"]);
    expect(await lab.on("cp-3", `cat ${certs}/registry.k8s.io/hosts.toml`)).not.toMatch(/Authorization|ca = /);
    await lab.up("--expect-no-changes");
  });
}
