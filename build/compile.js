// Compiles what is in TypeScript here into dist/: the program of a stack and the package. `node build/compile.js` does,
// and so does every run of the program (start.js) for which a source differs from what dist/ was made of.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { dirname, join, relative, sep } = require("node:path");

const root = dirname(__dirname);
const dist = join(root, "dist");
const stamp = join(dist, ".sources.json");
const project = "tsconfig.build.json";

/** Where files are that go along as they are: scripts, units, tables. */
const read = ["components", "lab/machines", "plugin"];

/** Compiles unless dist/ was made of the files as they are. Throws with the compiler's messages, and leaves dist/ then. */
function compiled() {
  if (!upToDate()) compile();
}

/**
 * Whether every file that dist/ was made of is what it was. A new one comes in by a change of one that names it. By
 * content: times change with every checkout.
 */
function upToDate() {
  const made = fs.existsSync(stamp) ? JSON.parse(fs.readFileSync(stamp, "utf8")) : {};
  const sources = Object.entries(made);
  return sources.length > 0 && sources.every(([file, sum]) => digest(content(file)) === sum);
}

/** Checks types and writes dist/; nothing where there is an error. */
function compile() {
  const ts = typescript();
  // Of what was read, not of what is there by the end: an edit meanwhile has the next run compile again.
  const sums = {};
  for (const file of [project, "tsconfig.json", relative(root, __filename)]) note(sums, file, content(file));
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, project),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => refuse(ts, [diagnostic]),
    },
  );
  const program = ts.createProgram(config.fileNames, config.options);
  const files = new Map();
  const emitted = program.emit(undefined, (file, text) => files.set(relative(dist, file), text));
  refuse(
    ts,
    [...config.errors, ...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics].filter((each) => !ofAws(each)),
  );

  for (const { fileName, text } of program.getSourceFiles()) note(sums, relative(root, fileName), text);
  const assets = read
    .flatMap((directory) => listed(join(root, directory)))
    .filter((file) => !/\.ts$|tsconfig\.json$/.test(file));
  for (const file of assets) {
    files.set(file, content(file));
    note(sums, file, files.get(file));
  }

  for (const file of fs.existsSync(dist) ? listed(dist) : [])
    if (!files.has(relative(dist, join(root, file)))) fs.rmSync(join(root, file));
  for (const [file, text] of files)
    put(join(dist, file), text, assets.includes(file) ? fs.statSync(join(root, file)).mode : 0o644);
  put(stamp, `${JSON.stringify(sums, null, 2)}\n`, 0o644);
}

/** Whoever has no machines on AWS may be without its package. */
function ofAws({ file }) {
  return file !== undefined && /\baws\b/.test(relative(root, file.fileName)) && !installed("@pulumi/aws/package.json");
}

/** @returns {typeof import("typescript")} */
function typescript() {
  if (!installed("typescript")) throw new Error(`TypeScript is not installed: run 'npm ci' in ${root}`);
  return require("typescript");
}

function installed(name) {
  try {
    return Boolean(require.resolve(name));
  } catch {
    return false;
  }
}

function refuse(ts, diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCurrentDirectory: () => root, getCanonicalFileName: (file) => file, getNewLine: () => "\n" };
  const error = new Error(ts.formatDiagnostics(diagnostics, host).trimEnd());
  error.name = "TSError"; // Pulumi shows no stack of these
  throw error;
}

/** The files below a directory, by their paths from the root. */
function listed(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

/** Notes what a source of ours was made of. */
function note(sums, file, text) {
  const parts = file.split(sep);
  if (!parts.includes("node_modules")) sums[parts.join("/")] = digest(text);
}

function content(file) {
  const path = join(root, file);
  return fs.existsSync(path) ? fs.readFileSync(path) : undefined;
}

function digest(text) {
  return text === undefined ? undefined : createHash("sha256").update(text).digest("hex");
}

/** Whole or not at all: another run of the program may be reading, or writing the same. */
function put(file, text, mode) {
  fs.mkdirSync(dirname(file), { recursive: true });
  const whole = `${file}.${process.pid}`;
  fs.writeFileSync(whole, text, { mode });
  fs.renameSync(whole, file);
}

module.exports = { compiled };
if (require.main === module) compiled();
