/** A container engine, called with arguments; gives what it printed. */
type Engine = (...args: string[]) => Promise<string>;

/** Removes a container with its volumes, at once and with whichever engine. */
export async function removeContainer(engine: Engine, name: string): Promise<void> {
  // Killed, not stopped: on cgroup v1 a systemd that stops in order trims cgroups that its neighbours share.
  await engine("container", "kill", "--signal=KILL", name).catch(() => {}); // it may not be running
  await engine("container", "rm", "--force", "--volumes", name);
}

/**
 * Where the containers whose names begin with STACK have their file systems mounted; Docker's newer image store has no
 * such directories.
 */
export async function mountsOf(engine: Engine, stack: string): Promise<string[]> {
  const ids = (await engine("container", "ls", "-aq", "--filter", `name=^${stack}-`)).split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const format = "{{with .GraphDriver}}{{with .Data}}{{with .MergedDir}}{{.}}{{end}}{{end}}{{end}}";
  return (await engine("container", "inspect", "--format", format, ...ids)).split("\n").filter(Boolean);
}
