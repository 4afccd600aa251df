import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { anchorsOf, sectionLinksOf, textOf as text } from "../support/docs";
import { root } from "../support/place";

/** An entry: a message in the words in which people see it, and the tests that provoke it. */
interface Entry {
  message: string;
  tests: { file: string; title: string }[];
}

const entries: Entry[] = text("docs/troubleshooting.md")
  .split(/^### /m)
  .slice(1)
  .map((block) => ({
    message: /^`(.*)`$/m.exec(block)?.[1] ?? "",
    tests: [...block.matchAll(/^<!-- (\S+): (.*) -->$/gm)].map(([, file, title]) => ({ file, title })),
  }));

/** What is fixed in a message, without what stands for names and numbers of somebody. */
const fixed = ({ message }: Entry) =>
  message
    .split("…")
    .map((part) => part.trim())
    .filter((part) => /[a-z]{3}/i.test(part));

/** The message as it stands in a source: values, quotes and the ends of lines may be between its parts. */
const pattern = (entry: Entry) =>
  new RegExp(
    fixed(entry)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll('"', '\\\\?["`]'))
      .join("[^\\n]{0,200}?"),
  );

/** A source with the texts that go on in its next line as one. */
const joined = (file: string) => text(file).replaceAll(/(["`']) \+\n\s*["`']/g, "");

const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /^(components|config|sources)\/.*\.(ts|sh)$/.test(file))
  .map(joined);

/** Four words in a row, by which a text is known again. */
function phrases(entry: Entry): string[] {
  return fixed(entry).flatMap((part) => {
    const words = part
      .replaceAll(/^[:;,]+|[:;,]+$/g, "")
      .trim()
      .split(" ");
    const size = Math.min(4, words.length);
    return Array.from({ length: words.length - size + 1 }, (_, i) => words.slice(i, i + size).join(" "));
  });
}

test("there are entries, each once", () => {
  expect(entries.length).toBeGreaterThan(40);
  expect(new Set(entries.map(({ message }) => message)).size).toBe(entries.length);
});

describe.each(entries.map((entry) => [entry.message, entry] as const))("%s", (_, entry) => {
  test("is said by a step, a check, or whoever the test hears it from", () => {
    const said = pattern(entry);
    const theirs = entry.tests.some(({ file }) => existsSync(join(root, file)) && said.test(text(file)));
    expect(sources.some((source) => said.test(source)) || theirs, String(said)).toBe(true);
  });

  test("is provoked by a test", () => {
    expect(entry.tests.length).toBeGreaterThan(0);
    for (const { file, title } of entry.tests) {
      const titles = [
        ...text(file).matchAll(/\b(?:test|describe)(?:\.each\([\s\S]*?\]\))?\(\s*(["'`])([\s\S]*?)\1,/g),
      ].map(([, , found]) => found);
      expect(
        titles.map((found) => found.replaceAll("\\", "")),
        file,
      ).toContain(title);
    }
    const provoking = entry.tests.map(({ file }) => text(file)).join("\n");
    expect(
      phrases(entry).filter((phrase) => provoking.includes(phrase)),
      phrases(entry).join(" | "),
    ).not.toEqual([]);
  });
});

test("what leads to a section of another page leads there", () => {
  const links = sectionLinksOf("troubleshooting.md");
  expect(links.length).toBeGreaterThan(3);
  for (const { file, anchor } of links) expect(anchorsOf(file)).toContain(anchor);
});

test("what was waited for is in a script by these words", () => {
  const table = /\| it waited for [^\n]*\n[^\n]*\n((?:\|.*\n)+)/.exec(text("docs/troubleshooting.md"))?.[1] ?? "";
  const waits = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message);
  expect(waits.length).toBeGreaterThan(4);
  for (const message of waits)
    expect(
      sources.some((source) => pattern({ message, tests: [] }).test(source)),
      message,
    ).toBe(true);
});
