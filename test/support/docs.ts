import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./place";

/** A file of the project, by its path. */
export const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** What leads to the sections of a page, as GitHub makes it of their headings. */
export function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, head]) =>
    head
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** The links of a page of docs/ to sections: of which page, and to what there. */
export function sectionLinksOf(page: string): { file: string; anchor: string }[] {
  return [...textOf(`docs/${page}`).matchAll(/\]\((?:([\w/.-]+\.md))?#([\w-]+)\)/g)].map(([, file = page, anchor]) => ({
    file: `docs/${file}`,
    anchor,
  }));
}
