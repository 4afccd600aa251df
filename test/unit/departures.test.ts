import { describe, expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";
import { Sandbox } from "../support/sandbox";

const names = ["cp-1", "cp-2", "cp-3", "cp-4"];

/** Runs a script with an ssh of these lines, to which `$machine` is the one that is asked, and `$step` what for. */
function run(script: string, lines: string, steps: string[]) {
  const sandbox = new Sandbox({
    ssh: `machine=$(basename "$PWD") step=\${*: -1}
echo "$step $machine" >>$there/asked; cat >"$there/$step-$machine"\n${lines}`,
  });
  const files = names.flatMap((name) => [
    [`${name}/ssh_config`, "Host machine\n"],
    ...steps.map((step) => [`${name}/${step}`, step]),
  ]);
  const input = {
    ...Object.fromEntries(files),
    machines: `${names.join("\n")}\n`,
    ...Object.fromEntries(steps.map((step) => [`${step}.step`, `the text of ${step}\n`])),
  };
  const { read, ...ended } = sandbox.run(["-s", "--", names.join(",")], {
    input: renderStep({ script, sources: shellSources(script), input, deadline: 300 }),
    timeout: 20_000,
  });
  return { ...ended, read, asked: read("asked").split("\n").filter(Boolean) };
}

describe("control planes that are taken off the list", () => {
  const depart = (lines: string) => run("roster/departures.sh", lines, ["admitted", "leave"]);
  const tells = (list: string[], more = "") =>
    `${more}\n[ $step != admitted ] || { printf '%s\\n' ${list.join(" ")}; exit; }`;

  test("leave one after the other, in the order of the former list, and nobody else", () => {
    const { status, stderr, asked, read } = depart(tells(["cp-1", "cp-3", "cp-11"]));
    expect({ status, asked }).toEqual({ status: 0, asked: ["admitted cp-1", "leave cp-2", "leave cp-4"] });
    expect(stderr).toBe("cp-2 leaves\ncp-4 leaves\n");
    expect([read("admitted-cp-1"), read("leave-cp-4")]).toEqual(["the text of admitted\n", "the text of leave\n"]);
  });

  test("are none where all of the former list are in the present one, whoever has come", () => {
    expect(depart(tells([...names, "cp-5"]))).toMatchObject({ status: 0, stderr: "", asked: ["admitted cp-1"] });
  });

  test.each([1, 2, 75, 130])("end it with the first that fails (status %i), and the next is not touched", (failure) => {
    const { status, stderr, asked } = depart(`${tells(["cp-1", "cp-3"])}\necho "error: no" >&2; exit ${failure}`);
    expect({ status, asked }).toEqual({ status: failure, asked: ["admitted cp-1", "leave cp-2"] });
    expect(stderr).toBe("cp-2 leaves\nerror: no\n");
  });

  test.each([255, 124, 137])("that cannot be reached (status %i) are left to the others, and that is said", (away) => {
    const { status, stderr, asked } = depart(`${tells(["cp-1", "cp-3"])}\n[ $machine != cp-2 ] || exit ${away}`);
    expect({ status, asked }).toEqual({ status: 0, asked: ["admitted cp-1", "leave cp-2", "leave cp-4"] });
    expect(stderr).toBe("cp-2 leaves\nnote: cp-2 could not be reached; the others do what it does not\ncp-4 leaves\n");
  });

  test("are who the first machine says that can tell, and what others printed counts for nothing", () => {
    const first = "case $step-$machine in admitted-cp-1) exit 255 ;; admitted-cp-2) echo cp-4; exit 75 ;; esac";
    const { status, asked } = depart(tells(["cp-1", "cp-2", "cp-3"], first));
    expect({ status, asked }).toEqual({
      status: 0,
      asked: ["admitted cp-1", "admitted cp-2", "admitted cp-3", "leave cp-4"],
    });
  });

  test.each([
    ["can be asked", "exit 255"],
    ["serves the cluster", "exit 75"],
    ["has a list, for that is lost", "exit 0"],
  ])("stay where none %s, and that is said", (_, lines) => {
    const { status, stderr, asked } = depart(lines);
    expect({ status, asked }).toEqual({ status: 0, asked: names.map((name) => `admitted ${name}`) });
    expect(stderr).toBe("note: no machine of the former list tells who is in the cluster now\n");
  });
});

describe("a cluster that goes", () => {
  const dissolve = (lines: string) => run("roster/dissolution.sh", lines, ["dissolve"]);
  const all = names.map((name) => `dissolve ${name}`);

  test("is told to all of its machines, at the same time", () => {
    const together = `until [ "$(wc -l <$there/asked)" = ${names.length} ]; do sleep 0.1; done`;
    const { status, stderr, asked, read } = dissolve(together);
    expect({ status, stderr, asked: asked.sort() }).toEqual({ status: 0, stderr: "", asked: all });
    expect(read("dissolve-cp-3")).toBe("the text of dissolve\n");
  });

  test.each([255, 124, 137])("is not held up by who cannot be reached (status %i)", (away) => {
    const { status, stderr, asked } = dissolve(`[ $machine != cp-2 ] || exit ${away}`);
    expect({ status, stderr, asked: asked.sort() }).toEqual({
      status: 0,
      stderr: "note: cp-2 could not be reached\n",
      asked: all,
    });
  });

  test.each(["cp-1", "cp-4"])("is held up by one that does not take it, when all were told (%s)", (name) => {
    const { status, stderr, asked } = dissolve(`[ $machine != ${name} ] || { echo "disk is full" >&2; exit 1; }`);
    expect({ status, asked: asked.sort() }).toEqual({ status: 1, asked: all });
    expect(stderr).toBe(
      "disk is full\nerror: not every machine took it that the cluster goes\n  to do: 'pulumi destroy' tries again\n",
    );
  });
});
