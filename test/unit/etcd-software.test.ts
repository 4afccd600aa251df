import { expect, test } from "vitest";
import { runStep } from "../support/run-step";

/** Stages etcd on a machine where systemd says STATUS of the service etcd. */
const stage = (status: number) =>
  runStep("software/etcd.sh", {
    args: ["archive", "http://packages.test/etcd.tar.gz", "0".repeat(64)],
    files: { "state/etcd": "a member\n" },
    programs: { systemctl: `exit ${status}`, curl: "echo fetched >>$there/asked; exit 1" },
  });

test("the programs of a member that runs are left to its roll-out, which knows of the quorum", () => {
  const { status, stderr, stdout, read } = stage(0);
  expect({ status, asked: read("asked") }).toEqual({ status: 0, asked: "" });
  expect(stderr + stdout).toContain("is a member already; its roll-out brings what is to change");
});

test("a member whose etcd does not run gets what is configured, or nothing would ever put it right", () => {
  const { status, stderr, read } = stage(3);
  expect({ status, asked: read("asked") }).toEqual({ status: 1, asked: "fetched\n" });
  expect(stderr).toContain("error: could not fetch http://packages.test/etcd.tar.gz");
});
