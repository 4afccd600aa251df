import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fingerprint } from "../values/fingerprint";
import { remembered } from "../values/remembered";

/** Where shell files are found. */
const components = join(__dirname, "..");

/** Where scripts are that are not below `components/`: a directory, and the folder that it is on a machine. */
export interface ScriptFolder {
  /** The directory. */
  path: string;
  /** The folder. */
  as: string;
}

/** The shell files of a step: text by path as it is unpacked on a machine. */
export type ShellSources = Readonly<Record<string, string>>;

/** A stack runs the same few scripts on all of its machines, so each script's files are read once. */
const known = new Map<string, ShellSources>();

/**
 * The shell files of a step. Which they are the script itself says, and
 * nobody else: by its lines that begin with `load`, those of the libraries, and `"$here/<file>.sh"` for what it sources
 * or runs.
 */
export function shellSources(script: string, folder?: ScriptFolder): ShellSources {
  const key = JSON.stringify([script, folder?.path, folder?.as]);
  const sources = known.get(key) ?? readSources(script, folder);
  known.set(key, sources);
  return sources;
}

/** Enough to see in a diff that a step's shell files changed. */
export const sourcesFingerprint = remembered((sources: ShellSources) => fingerprint(...Object.values(sources)));

/**
 * Why a step is done again on machines that are done, although only the text of its scripts changed: what stands in
 * lines `# Again: <why>` of them. Anything else in a new text waits until something is to be done anyway.
 */
export const again = remembered((sources: ShellSources) =>
  Object.values(sources).flatMap((text) => [...text.matchAll(/^# Again: (.+)$/gm)].map(([, why]) => why)),
);

function readSources(script: string, folder?: ScriptFolder): ShellSources {
  const found: Record<string, string> = {};
  const read = (path: string) => {
    if (path in found) return;
    const own = folder !== undefined && path.startsWith(`${folder.as}/`);
    const file = own ? join(folder.path, posix.relative(folder.as, path)) : join(components, path);
    found[path] = readFileSync(file, "utf8");
    for (const needed of needs(path, found[path])) read(needed);
  };
  read(script);
  return Object.freeze(found);
}

/** What a shell file needs, by the paths below the rooms: those of the machine, whatever Pulumi runs on. */
export function needs(path: string, text: string): string[] {
  const here = (file: string) => posix.join(posix.dirname(path), file);
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("load ")) return line.split(" ").slice(1).map(library);
    if (/^\s*#/.test(line)) return [];
    return [...line.matchAll(/"\$here\/([\w/.-]+\.sh)"/g)].map(([, file]) => here(file));
  });
}

/** The file of a library by the name that the loader knows it by. */
function library(name: string): string {
  return name.includes("/") ? `${name}.sh` : `shell/${name}.sh`;
}
