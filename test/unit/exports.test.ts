import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/place";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter(Boolean);

/** The file of this project that a module specifier of another one names. */
function target(from: string, specifier: ts.Expression | undefined): string | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return undefined;
  const path = relative(root, join(root, dirname(from), specifier.text));
  return [`${path}.ts`, join(path, "index.ts")].find((file) => files.includes(file));
}

/** What a file exports itself, as `file name`, and what it takes from others; `*` is all. */
function survey(file: string) {
  const text = readFileSync(join(root, file), "utf8");
  const exported: string[] = [];
  const used: string[] = [];
  for (const node of ts.createSourceFile(file, text, ts.ScriptTarget.ES2022).statements) {
    if (ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier)) {
      const from = target(file, node.moduleSpecifier);
      const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
      const names =
        bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings))
          ? bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
          : ["*"];
      if (from) used.push(...names.map((name) => `${from} ${name}`));
    } else if (ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      const names = ts.isVariableStatement(node)
        ? node.declarationList.declarations.map(({ name }) => (ts.isIdentifier(name) ? name.text : undefined))
        : [(node as ts.DeclarationStatement).name?.text];
      exported.push(...names.map((name) => `${file} ${name}`));
    }
  }
  return { file, text, exported, used };
}

const surveys = files.map(survey);
const used = new Set(surveys.flatMap((each) => each.used));

/** Programs, whose exports are outputs; tests and their support; and what is loaded by its path. */
const elsewhere = /^(index\.ts|examples\/|test\/|vitest\.)/;

test("what is exported is used in another file, or a type in the signature of what is", () => {
  const unused = surveys.flatMap(({ file, text, exported }) =>
    exported.filter((key) => {
      const name = key.slice(file.length + 1);
      const isType = new RegExp(`^export (interface|type) ${name}\\b`, "m").test(text);
      const inSignature = isType && text.match(new RegExp(`\\b${name}\\b`, "g"))?.length !== 1;
      return !inSignature && !used.has(key) && !used.has(`${file} *`) && !elsewhere.test(key);
    }),
  );
  expect(unused).toEqual([]);
});

test("what a user tunes is called Options, what a component is given Args, what a file holds Config; nothing Settings", () => {
  for (const { file, text } of surveys.filter((each) => !each.file.startsWith("test/")))
    expect(text.match(/\b\w+Settings\b|\bSettings\b(?= [{=(])/g), file).toBe(null);
});
