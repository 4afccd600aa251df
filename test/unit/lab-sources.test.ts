import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { LabHome } from "../support/lab-home";

const url = "https://vendor.example/v1/tool";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
let home: LabHome;

beforeEach(() => {
  home = new LabHome();
});

/**
 * A curl that notes what it is asked for, and answers by its lines; `$mode` is head or get, `$url` the address, `$out`
 * the file.
 */
function curl(lines: string): void {
  home.program(
    "curl",
    `mode=get out=/dev/stdout
     while [ $# -gt 0 ]; do
       case $1 in -o) out=$2 && shift ;; -*I*) mode=head ;; http*) url=$1 ;; esac
       shift
     done
     echo "$mode $url" >>${join(home.path, "asked")}
     ${lines}`,
  );
}

const asked = () => readFileSync(join(home.path, "asked"), "utf8").trim().split("\n");
const download = `download ${"$CACHE"} ${url} ${url}.sha256 && echo had || echo not had`;

test("what a vendor offers is taken if its checksum is right", () => {
  curl(`case $mode$url in get*.sha256) echo ${sha256("tool\n")} >$out ;; get*) echo tool >$out ;; esac`);
  expect(home.bash(download)).toBe("had");
  expect(readFileSync(join(home.cache, "tool"), "utf8")).toBe("tool\n");
});

test("a host that answers without having it does not count, and one that does not answer is asked once", () => {
  curl("case $url in *vendor*) exit 22 ;; *) exit 6 ;; esac");
  expect(home.bash(`${download}; ${download}`)).toBe("not had\nnot had");
  expect(home.bash("for i in 1 2; do reachable https://silent.example/$i || echo no; done")).toBe("no\nno");
  expect(asked()).toEqual([`head ${url}`, `head ${url}`, "head https://silent.example/1"]);
});

test.each([
  ["the file", "get*.sha256) ;; get*) exit 56 ;;"],
  ["its checksum", "get*.sha256) exit 56 ;; get*) echo tool >$out ;;"],
])("a download that breaks off is no end, for it can be built: %s", (_, cases) => {
  curl(`case $mode$url in ${cases} esac`);
  expect(home.bash(download)).toBe("not had");
  expect(existsSync(join(home.cache, "tool"))).toBe(false);
});

test("what its checksum does not fit ends everything", () => {
  curl(`case $mode$url in get*.sha256) echo ${sha256("another")} >$out ;; get*) echo tool >$out ;; esac`);
  expect(() => home.bash(download)).toThrow(/lab: error: tool: its sha256 is .* nothing of it was used/);
});

test.each([
  ["200", true],
  ["401", true],
  ["403", false],
  ["000", false],
])("a host that answers %s to who asks for a registry is one: %s", (status, expected) => {
  curl(`printf ${status}`);
  expect(home.bash("registry vendor.example && echo true || echo false")).toBe(`${expected}`);
});
