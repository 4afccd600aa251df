import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { KubeadmHosts, LoadBalancers } from "../../components";
import { agentProblems } from "../../components/remote/agent";
import { environmentProblems } from "../../config/checks";

const directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-"));
const place = (name: string) => join(directory, name);
const messages = (socket?: string) => agentProblems({ SSH_AUTH_SOCK: socket }).map(({ message }) => message);

afterEach(() => vi.unstubAllEnvs());

test("no agent is none to ask", () => {
  expect(messages()).toEqual([]);
  expect(messages("")).toEqual([]);
});

test("an agent that answers is no problem", async () => {
  const server = createServer().listen(place("live"));
  await once(server, "listening");
  expect(messages(place("live"))).toEqual([]);
  server.close();
});

test("one whose socket is gone, is something else, or was left behind is", async () => {
  const rest =
    ", and Pulumi's command provider connects to that agent before it does to a machine, although none is needed; " +
    "unset SSH_AUTH_SOCK, or start the agent again";
  expect(messages(place("gone"))).toEqual([`"${place("gone")}" does not exist${rest}`]);
  writeFileSync(place("file"), "");
  expect(messages(place("file"))).toEqual([`"${place("file")}" is not a socket${rest}`]);
  expect(messages(join(place("file"), "agent"))).toEqual([
    expect.stringContaining('agent" cannot be reached (ENOTDIR)'),
  ]);
  const script = 'require("node:net").createServer().listen(process.argv[1], () => console.log("up"))';
  const agent = spawn(process.execPath, ["-e", script, place("dead")], { stdio: ["ignore", "pipe", "ignore"] });
  await once(agent.stdout, "data");
  agent.kill("SIGKILL");
  await once(agent, "exit");
  expect(messages(place("dead"))).toEqual([`"${place("dead")}" does not answer (ECONNREFUSED)${rest}`]);
});

test("the program and the components say so with all else", () => {
  vi.stubEnv("SSH_AUTH_SOCK", place("gone"));
  expect(environmentProblems()).toMatchObject([{ path: "SSH_AUTH_SOCK", keys: ["SSH_AUTH_SOCK"] }]);
  const line = /\n {2}SSH_AUTH_SOCK: ".*gone" does not exist/;
  const install = { mode: "preinstalled" } as const;
  expect(() => new KubeadmHosts("hosts", { kubernetesVersion: "1.0", install })).toThrow(line);
  expect(() => new LoadBalancers("api", { machines: [], controlPlanes: [], caCertificate: "" })).toThrow(line);
});
