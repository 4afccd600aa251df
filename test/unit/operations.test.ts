import { describe, expect, test } from "vitest";
import { anchorsOf, sectionLinksOf, textOf as text } from "../support/docs";

const page = text("docs/operations.md");

/** What the tests run that are named above a block of commands. */
interface Block {
  commands: string[];
  tests: { file: string; title: string }[];
}

const blocks: Block[] = [...page.matchAll(/((?:^<!-- .* -->\n)*)^```sh\n([\s\S]*?)^```$/gm)].map(([, notes, code]) => ({
  commands: code.trim().split("\n"),
  tests: [...notes.matchAll(/^<!-- (\S+): (.*) -->$/gm)].map(([, file, title]) => ({ file, title })),
}));

/** A test, or all tests of a description, by its title; undefined where there is none. */
function bodyOf({ file, title }: Block["tests"][number]): string | undefined {
  const [, after] = text(file).split(`"${title}"`);
  return text(file).includes(`describe("${title}"`) ? after : after?.split(/^ *(?:test|describe)(?:\.each)?\(/m)[0];
}

/**
 * Whether a test has the words of a command: its verb as a call, `lab.up()`, or as what a call is given; its flags and
 * what it is about as texts. Words in capitals stand for somebody's, and what follows `<` is a file's name.
 */
function runs(command: string, body: string): boolean {
  const [program, verb, ...words] = command.replace(/ <.*/, "").split(" ");
  const calls: Record<string, string> = {
    pulumi: `\\b(lab|plans)\\.${verb}\\(|\\b(pulumi|does|start)\\(\\s*"${verb}"|pulumi ${verb}\\b`,
    make: `\\bmake\\(\\s*"${verb}"`,
    kubectl: `\\bkubectl\\(\\[\\s*"${verb}"`,
  };
  // `of` and `warnings` are previews of the engine.
  const call = verb === "preview" ? `${calls.pulumi}|plans\\.(of|warnings)\\(` : calls[program];
  return (
    new RegExp(call).test(body) &&
    words.every((word) => /^[A-Z]+$/.test(word) || body.includes(word.replace(/=.*/, "")))
  );
}

test("there are commands", () => expect(blocks.length).toBeGreaterThan(10));

test("every command of the page stands in a block", () => {
  expect(page.match(/^ *```/gm)).toHaveLength(2 * (page.match(/^ *```(sh|yaml)$/gm) ?? []).length);
  expect(page.match(/^ *```sh$/gm)).toHaveLength(blocks.length);
});

describe.each(blocks.map((block) => [block.commands.join("; "), block] as const))("%s", (_, { commands, tests }) => {
  test("is run by each of the tests above it", () => {
    expect(tests.length).toBeGreaterThan(0);
    for (const each of tests) {
      const body = bodyOf(each);
      expect(body, `${each.file}: ${each.title}`).toBeDefined();
      for (const command of commands) expect(runs(command, body ?? ""), `${command}\n${body}`).toBe(true);
    }
  });
});

test("what leads to a section leads there", () => {
  const links = sectionLinksOf("operations.md");
  expect(links.length).toBeGreaterThan(5);
  for (const { file, anchor } of links) expect(anchorsOf(file)).toContain(anchor);
  for (const file of ["README.md", "docs/aws.md", "docs/etcd.md", "docs/hosts.md", "docs/troubleshooting.md"])
    for (const [, anchor] of text(file).matchAll(/\]\((?:docs\/)?operations\.md#([\w-]+)\)/g))
      expect(anchorsOf("docs/operations.md"), file).toContain(anchor);
});
