import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { LabFacts } from "../../lab/machines/facts";
import { mountsOf, removeContainer } from "./container";
import { type Any, configOf, type StackConfig } from "./model";
import { freeNetwork } from "./networks";
import { fingerprint, labEnvironment, root } from "./place";
import { type Ended, output, Running, type RunOptions } from "./process";

export type { Any, StackConfig };

/** Seconds that an `up` may take on a machine that others use, too. */
const UP = 1200;

/**
 * One stack of the lab, driven as a user drives it: that of a file in stacks/, with a name and a subnet of its own, so
 * that other clones can have theirs at the same time.
 */
export class Lab {
  readonly stack: string;
  /** The machines' names, by role. */
  readonly controlPlanes: string[];
  readonly loadBalancers: string[];
  readonly etcdMachines: string[];
  readonly workers: string[];
  private readonly file: string;
  private readonly secrets = mkdtempSync(join(tmpdir(), "kubeadm-ha-lab-"));
  private env: NodeJS.ProcessEnv = {};
  config: StackConfig;
  /** The administrator, at the load balancer. */
  client: https.RequestOptions = {};

  /** NAME: what is tested; MODEL: the stack it is tested on. */
  constructor(
    name: string,
    private readonly model = "lab",
  ) {
    this.stack = `test-${name}-${fingerprint(root)}`;
    this.file = join(root, "stacks", `Pulumi.${this.stack}.yaml`);
    this.config = configOf(this.model, "10.89.0");
    const { controlPlanes, loadBalancers = [], etcd = [], workerPools = [] } = this.config.machines;
    const names = (list: { name: string }[]) => list.map((machine) => machine.name);
    this.controlPlanes = names(controlPlanes);
    this.loadBalancers = names(loadBalancers);
    this.etcdMachines = names(etcd);
    this.workers = workerPools.flatMap((pool: Any) => names(pool.machines));
  }

  /** All machines' names. */
  get machines(): string[] {
    return [...this.controlPlanes, ...this.loadBalancers, ...this.etcdMachines, ...this.workers];
  }

  /** The machines with a member of etcd. */
  get members(): string[] {
    return this.etcdMachines.length > 0 ? this.etcdMachines : this.controlPlanes;
  }

  /** The machines, as they are configured now. */
  get configured(): Any {
    return this.config.machines;
  }

  /** One more machine, with the last part of its address. */
  another(name: string, host: number): { name: string; address: string } {
    return { name, address: this.configured.subnet.replace(/\d+\/\d+$/, String(host)) };
  }

  /** The address of this machine in the network of the stack's machines. */
  get gateway(): string {
    return this.config.machines.subnet.replace(/\.0\/24$/, ".1");
  }

  /** Clears away what an earlier run left that nobody ended in order, and writes the stack's file. Makes no machine. */
  async begin(): Promise<void> {
    await this.down();
    this.env = await labEnvironment(this.stack);
    this.config = configOf(this.model, await this.freeNetwork());
    this.configure({});
  }

  /** Takes away everything, whatever state it is in; fails where something is left. */
  async end(): Promise<void> {
    const mounts = await mountsOf((...args) => this.engine(...args), this.stack);
    await this.down();
    const left = await this.remains(mounts);
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
    rmSync(this.file, { force: true });
    rmSync(this.secrets, { recursive: true, force: true });
  }

  /** `lab/down`. */
  async down(): Promise<string> {
    return output([join(root, "lab/down")], { deadline: UP, env: { ...process.env, STACK: this.stack } });
  }

  /** Writes the stack's file; what is not named stays as it is. Gives what undoes that. */
  configure(change: Partial<StackConfig>): () => void {
    const before = this.config;
    this.write({
      ...before,
      ...change,
      machines: { ...before.machines, ...change.machines },
      cluster: { ...before.cluster, ...change.cluster },
    });
    return () => this.write(before);
  }

  private write(config: StackConfig): void {
    this.config = config;
    const entries = Object.entries(config).map(([key, value]) => [`kubeadm-ha:${key}`, value]);
    writeFileSync(this.file, stringify({ config: Object.fromEntries(entries) }));
  }

  /** `lab/pulumi`, begun. */
  start(...args: string[]): Running {
    return new Running([join(root, "lab/pulumi"), ...args], {
      deadline: UP,
      env: { ...process.env, STACK: this.stack },
    });
  }

  /** `lab/pulumi`, to its end. */
  pulumi(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** `lab/pulumi up`, which has to succeed; gives what it printed. Afterwards the API can be asked. */
  async up(...args: string[]): Promise<string> {
    const { status, output } = await this.pulumi("up", "--yes", "--skip-preview", ...args);
    if (status !== 0) throw new Error(`up ended with ${status}; it printed:\n${output}`);
    this.trust((await this.pulumi("stack", "output", "kubeconfig", "--show-secrets")).stdout);
    return output;
  }

  /** `make` of the stack, which has to succeed; gives what it printed. */
  async make(...args: string[]): Promise<string> {
    return output(["make", ...args], { cwd: root, deadline: UP, env: { ...process.env, STACK: this.stack } });
  }

  /** Asks the API by this kubeconfig from now on. */
  trust(kubeconfig: string): void {
    writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
    const { clusters, users } = parse(kubeconfig);
    const decode = (text: string) => Buffer.from(text, "base64");
    const url = new URL(clusters[0].cluster.server);
    this.client = {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port,
      ca: decode(clusters[0].cluster["certificate-authority-data"]),
      cert: decode(users[0].user["client-certificate-data"]),
      key: decode(users[0].user["client-key-data"]),
      agent: false,
    };
  }

  get kubeconfig(): string {
    return join(this.secrets, "kubeconfig");
  }

  /** The container of a machine. */
  container(machine: string): string {
    return `${this.stack}-${machine}`;
  }

  /** The URN of a resource by the end of its name. */
  async urn(name: string): Promise<string> {
    const { stdout } = await this.pulumi("stack", "export");
    const urns: string[] = JSON.parse(stdout).deployment.resources.map((resource: { urn: string }) => resource.urn);
    const found = urns.filter((urn) => urn.includes("command:") && urn.endsWith(`::${this.stack}-${name}`));
    if (found.length !== 1) throw new Error(`found ${found.length} commands named ${name} in ${urns.join(", ")}`);
    return found[0];
  }

  /** The container engine. */
  async engine(...args: string[]): Promise<string> {
    return output([this.facts.engine, ...args], { env: this.env });
  }

  /** Takes a machine away, disks included, as if it had never been. */
  async lose(machine: string): Promise<void> {
    await removeContainer((...args) => this.engine(...args), this.container(machine));
  }

  /** Runs a bash script on a machine, past Pulumi and SSH. */
  async on(machine: string, script: string, options?: RunOptions): Promise<string> {
    const bash = ["exec", "-i", this.container(machine), "bash", "-euo", "pipefail", "-c", script];
    return output([this.facts.engine, ...bash], { ...options, env: this.env });
  }

  /** A kubectl command that has to succeed, from outside and through the load balancer. */
  async kubectl(args: string[], options?: RunOptions): Promise<string> {
    return output(this.kubectlCommand(args), options);
  }

  /** The same, begun. */
  kubectlCommand(args: string[]): string[] {
    return [join(this.facts.bundle.path, "bin/kubectl"), "--kubeconfig", this.kubeconfig, ...args];
  }

  /** What the API says, as JSON. */
  async get(...args: string[]): Promise<Any> {
    return JSON.parse(await this.kubectl(["--request-timeout=10s", "get", "-o", "json", ...args]));
  }

  /** etcdctl on a control plane, against its own member unless arguments say otherwise; as JSON. */
  async etcd(machine: string, ...args: string[]): Promise<Any> {
    const pki = "/etc/kubernetes/pki/etcd";
    const identity = `--cacert=${pki}/ca.crt --cert=${pki}/healthcheck-client.crt --key=${pki}/healthcheck-client.key`;
    const localhost = this.client.host?.includes(":") ? "[::1]" : "127.0.0.1";
    const address = `--endpoints=https://${localhost}:2379 --command-timeout=10s --write-out=json`;
    return JSON.parse(await this.on(machine, `etcdctl ${address} ${identity} ${args.join(" ")} 2>/dev/null`));
  }

  /**
   * One request through the load balancer on a connection of its own, by the administrator or somebody else; gives the
   * status.
   */
  request(path: string, milliseconds: number, client?: https.RequestOptions): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(milliseconds);
      const request = https.get({ ...this.client, ...client, path, signal }, (response) => {
        response
          .once("error", reject)
          .once("end", () => resolve(response.statusCode))
          .resume();
      });
      request.once("error", reject);
    });
  }

  /**
   * What is left of the stack: containers, volumes and networks by name, and those of `mounts` that are still mounted.
   */
  async remains(mounts: string[] = []): Promise<string[]> {
    const kinds = [
      ["container", "ls", "-a", "--format", "{{.Names}}"],
      ["volume", "ls", "--format", "{{.Name}}"],
      ["network", "ls", "--format", "{{.Name}}"],
    ];
    const names = (await Promise.all(kinds.map((kind) => this.engine(...kind)))).join("").split("\n");
    const mounted = readFileSync("/proc/self/mountinfo", "utf8");
    return [...names.filter((name) => name.startsWith(this.stack)), ...mounts.filter((path) => mounted.includes(path))];
  }

  /** What `make lab` found and made. */
  get facts(): LabFacts {
    return JSON.parse(readFileSync(this.env.KUBEADM_HA_LAB ?? "", "utf8"));
  }

  private async freeNetwork(): Promise<string> {
    const networks = (await this.engine("network", "ls", "-q")).trim().split("\n");
    const taken = await this.engine("network", "inspect", ...networks);
    return freeNetwork(taken, Number.parseInt(fingerprint(this.stack), 16));
  }
}
