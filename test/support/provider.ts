import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** Property values as they travel: plain JSON, with secrets and unknowns as the engine marks them. */
export type Values = Record<string, unknown>;

/** A resource as the engine keeps it: what its inputs were, and all that the provider said of it. */
export interface Resource {
  type: string;
  id: string;
  inputs: Values;
  state: Values;
}

/** What a change of inputs means: nothing, an update, or a replacement if `replaces` names a property. */
export interface Difference {
  changes: boolean;
  replaces: string[];
}

/** @default preview false, timeout none (seconds) */
export interface Operation {
  preview?: boolean;
  timeout?: number;
}

// pulumi/pulumi sdk/go/common/resource/{properties,sig}.go
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value that is not known before the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Marks a value as secret. */
export const secret = (value: unknown): Values => ({ [SIGNATURE]: SECRET, value });

/** Tells whether a value is marked as secret. */
export const isSecret = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (value as Values)[SIGNATURE] === SECRET;

/** The value of a string property, secret or not. */
export function text(value: unknown): string {
  const plain = isSecret(value) ? (value as Values).value : value;
  if (typeof plain !== "string") throw new Error(`found a property of type ${typeof plain}, expected a string`);
  return plain;
}

const VERSIONS = { command: "1.2.1", tls: "5.6.1" };

/** A provider plugin, run and asked as the engine does it: every change is checked first. */
export class Provider {
  /** The log that the plugin sent to the engine; `status` lines are shown only while they are the last. */
  readonly logs: { message: string; severity: number; status: boolean }[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly engine: grpc.Server,
    private readonly name: string,
  ) {}

  private client!: ResourceProviderClient;

  /**
   * Starts the installed plugin and configures it.
   * @param environment variables for the plugin; of the test's own it gets PATH and HOME only.
   */
  static async start(name: keyof typeof VERSIONS, environment: NodeJS.ProcessEnv = {}): Promise<Provider> {
    const binary = plugin(name);
    const engine = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) =>
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const { PATH, HOME } = process.env;
    const child = spawn(binary, [`127.0.0.1:${port}`], { env: { PATH, HOME, ...environment } });
    const provider = new Provider(child, engine, name);
    engine.addService(EngineService, { log: provider.log });
    try {
      const address = `127.0.0.1:${await firstLine(child)}`;
      provider.client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), {
        "grpc.max_receive_message_length": -1,
      });
      const configure = new rpc.ConfigureRequest();
      configure.setArgs(Struct.fromJavaScript({})).setAcceptsecrets(true).setAcceptresources(true);
      configure.setSendsOldInputs(true).setSendsOldInputsToDelete(true);
      await provider.call<rpc.ConfigureResponse>("configure", configure);
      return provider;
    } catch (error) {
      await provider.stop();
      throw error;
    }
  }

  /** Ends the plugin; nothing it started outlives it. */
  async stop(): Promise<void> {
    this.client?.close();
    this.engine.forceShutdown();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await exited;
  }

  /** The inputs as the provider completes them. Fails as the engine does with what is wrong with them. */
  async check(type: string, args: Values, before: Values = {}): Promise<Values> {
    const request = new rpc.CheckRequest();
    request.setUrn(urn(type)).setOlds(struct(before)).setNews(struct(args)).setRandomseed(new Uint8Array(32));
    const response = await this.call<rpc.CheckResponse>("check", request);
    const failures = response.getFailuresList().map((f) => {
      const name = f.getProperty();
      // pulumi/pulumi pkg/resource/deploy/step_generator.go prints the value of the property that a failure names
      const where = name === "" ? "" : `property ${name} value {${JSON.stringify(args[name])}} `;
      return `${where}has a problem: ${f.getReason()}`;
    });
    if (failures.length > 0) throw new Error(failures.join("; "));
    return values(response.getInputs());
  }

  async create(type: string, args: Values, { preview = false, timeout = 0 }: Operation = {}): Promise<Resource> {
    const inputs = await this.check(type, args);
    const request = new rpc.CreateRequest();
    request.setUrn(urn(type)).setProperties(struct(inputs)).setPreview(preview).setTimeout(timeout);
    const response = await this.call<rpc.CreateResponse>("create", request);
    return { type, id: response.getId(), inputs, state: values(response.getProperties()) };
  }

  async diff(resource: Resource, args: Values): Promise<Difference> {
    const inputs = await this.check(resource.type, args, resource.inputs);
    const request = new rpc.DiffRequest();
    request.setId(resource.id).setUrn(urn(resource.type)).setOlds(struct(resource.state)).setNews(struct(inputs));
    request.setOldInputs(struct(resource.inputs));
    const response = await this.call<rpc.DiffResponse>("diff", request);
    return {
      changes: response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList().sort(),
    };
  }

  async update(resource: Resource, args: Values, { preview = false, timeout = 0 }: Operation = {}): Promise<Resource> {
    const inputs = await this.check(resource.type, args, resource.inputs);
    const request = new rpc.UpdateRequest();
    request.setId(resource.id).setUrn(urn(resource.type)).setOlds(struct(resource.state)).setNews(struct(inputs));
    request.setOldInputs(struct(resource.inputs)).setPreview(preview).setTimeout(timeout);
    const response = await this.call<rpc.UpdateResponse>("update", request);
    return { ...resource, inputs, state: values(response.getProperties()) };
  }

  async delete(resource: Resource): Promise<void> {
    const request = new rpc.DeleteRequest();
    request.setId(resource.id).setUrn(urn(resource.type)).setProperties(struct(resource.state));
    request.setOldInputs(struct(resource.inputs));
    await this.call<Empty>("delete", request);
  }

  async read(type: string, id: string): Promise<Resource> {
    const request = new rpc.ReadRequest();
    request.setId(id).setUrn(urn(type)).setProperties(struct({})).setInputs(struct({}));
    const response = await this.call<rpc.ReadResponse>("read", request);
    return { type, id: response.getId(), inputs: {}, state: values(response.getProperties()) };
  }

  async invoke(token: string, args: Values): Promise<Values> {
    const request = new rpc.InvokeRequest();
    request.setTok(token).setArgs(struct(args));
    return values((await this.call<rpc.InvokeResponse>("invoke", request)).getReturn());
  }

  /** One call, with a deadline: no provider can hang a test. Fails with the provider's own words. */
  private call<T>(method: string, request: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      type Unary = (
        q: unknown,
        o: { deadline: number },
        done: (e: grpc.ServiceError | null, r: T | undefined) => void,
      ) => void;
      const client = this.client as unknown as Record<string, Unary>;
      client[method](request, { deadline: Date.now() + 20_000 }, (error, response) => {
        if (error) reject(new Error(`${this.name} ${method}: ${error.details}`));
        else resolve(response as T);
      });
    });
  }

  private readonly log: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, done) => {
    this.logs.push({
      message: request.getMessage(),
      severity: request.getSeverity(),
      status: request.getEphemeral(),
    });
    done(null, new Empty());
  };
}

/** Where the engine looks for the plugin too: vendor's or double, the tests hold for both. */
function plugin(name: keyof typeof VERSIONS): string {
  const { PULUMI_HOME, XDG_CACHE_HOME } = process.env;
  const home = PULUMI_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kubeadm-ha", "pulumi-home");
  const path = join(home, "plugins", `resource-${name}-v${VERSIONS[name]}`, `pulumi-resource-${name}`);
  if (!existsSync(path)) throw new Error(`found no ${path}, expected the plugin there: run \`make lab\``);
  return path;
}

/** A plugin's first line is the port it listens on. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    child.stderr?.on("data", (chunk) => {
      complaint += chunk;
    });
    const late = setTimeout(() => reject(new Error(`plugin said no port within 10 s: ${complaint}`)), 10_000);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`plugin ended with ${code} before it said its port: ${complaint}`)));
    if (child.stdout) {
      createInterface(child.stdout).once("line", (line) => {
        clearTimeout(late);
        resolve(line);
      });
    }
  });
}

const urn = (type: string) => `urn:pulumi:test::doubles::${type}::it`;
const struct = (value: Values) => Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);
const values = (value: Struct | undefined) => (value?.toJavaScript() ?? {}) as Values;
