/** Removes a container with its volumes, at once and with whichever engine. */
export async function removeContainer(engine: (...args: string[]) => Promise<string>, name: string): Promise<void> {
  // Killed, not stopped: on cgroup v1 a systemd that stops in order trims cgroups that its neighbours share.
  await engine("container", "kill", "--signal=KILL", name).catch(() => {}); // it may not be running
  await engine("container", "rm", "--force", "--volumes", name);
}
