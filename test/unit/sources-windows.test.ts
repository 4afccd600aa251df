import { afterAll, expect, test, vi } from "vitest";

vi.mock("node:path", async (original) => {
  const { win32, posix } = await original<typeof import("node:path")>();
  return { ...win32, posix, win32 };
});

// Other files of this worker load the same modules.
afterAll(() => {
  vi.doUnmock("node:path");
  vi.resetModules();
});

test("where Pulumi runs on Windows, a machine gets its files by the same names", async () => {
  vi.resetModules();
  const { needs } = await import("../../components/remote/sources.js");
  expect(needs("control-plane/join.sh", 'load kube roster/drain\n"$here/init.sh" "$here/../shell/load.sh"')).toEqual([
    "shell/kube.sh",
    "roster/drain.sh",
    "control-plane/init.sh",
    "shell/load.sh",
  ]);
});
