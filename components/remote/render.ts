import { fingerprint } from "../values/fingerprint";
import { remembered } from "../values/remembered";
import { below, quote } from "../values/shell-words";

/** What one step puts on a machine and runs there. */
export interface StepText {
  /** The step's script as `<room>/<file>.sh`. */
  script: string;
  /** Every shell file the step needs, the script among them: text by `<room>/<file>.sh`. */
  sources: Readonly<Record<string, string>>;
  /** The step's input files: text by file name. */
  input: Record<string, string>;
  /** The step's deadline in seconds. */
  deadline: number;
  /**
   * The machine's instance id where the step runs on one; absent where it runs on this machine, next to others. Not
   * used there, but a new one makes the step run again.
   */
  instanceId?: string;
}

/**
 * The shell text that is read on the standard input of `bash -s`: unpacks sources and input into a directory for root
 * only, then runs the script there.
 *
 * On a machine of the cluster that is `/run/kubeadm-ha/<step>` (memory). After a failure it stays, so that the very
 * step can be run again by hand; it is gone with the next boot. A second `pulumi up` waits here until the same step of
 * an interrupted one is through; different steps do not wait for each other, for one may be what the other waits for.
 */
export function renderStep(text: StepText): string {
  const input = below("input", text.input);
  const paths = [...Object.keys(text.sources), ...Object.keys(input)];
  const folders = [...new Set(["input/", ...paths.map((path) => path.replace(/[^/]*$/, ""))])];
  return [
    ...(text.instanceId === undefined ? onThisMachine : onMachine(text.script, text.instanceId, text.deadline)),
    // Counted from here, and what was waited for the lock is gone.
    `export DEADLINE=$((${text.deadline} - SECONDS))`,
    ...folders.map((folder) => `mkdir -p "$dir"/${quote(folder)}`),
    ...sourceHeredocs(text.sources),
    ...heredocs(input),
    `${text.instanceId === undefined ? "" : asItIs}bash "$dir"/${text.script} "$@" </dev/null`,
    "",
  ].join("\n");
}

/**
 * What an SSH session brings along is for people: PAM hands on the proxies of /etc/environment, which would come
 * between API servers and whoever asks them, and get into kubeadm's manifests; sudo has a search path of its own, on
 * RHEL without /usr/local; a locale translates what scripts read.
 */
const asItIs =
  "env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C " +
  'DEADLINE="$DEADLINE" ';

const strict = ["set -euo pipefail", "umask 077"];
const onThisMachine = [...strict, "dir=$(mktemp -d)", `trap 'rm -rf "$dir"' EXIT`];

function onMachine(script: string, instanceId: string, deadline: number): string[] {
  return [
    `# on ${instanceId.replaceAll(/\s/g, " ")}`,
    ...strict,
    `dir=/run/kubeadm-ha/${script.replace(/\.sh$/, "").replaceAll("/", "-")}`,
    "mkdir -p /run/kubeadm-ha",
    'exec 9>"$dir.lock"',
    `flock -w ${deadline - 5} 9 || { echo "error: waited $SECONDS s for an earlier run of ${script} to end on ` +
      `this machine (lock $dir.lock)" >&2; exit 1; }`,
    'rm -rf "$dir"',
    `trap '[ $? != 0 ] || rm -rf "$dir"' EXIT`,
  ];
}

function heredocs(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).map(([path, content]) => {
    const end = `end_${fingerprint(content)}`;
    return `cat >"$dir"/${quote(path)} <<'${end}'\n${content.replace(/\n$/, "")}\n${end}`;
  });
}

/** Sources are most of a step's text, and the same on every machine. */
const sourceHeredocs = remembered(heredocs);

/** `timeout` is only the backstop: a script watches its deadline itself, and says what it was waiting for. */
export function commandLine(user: string, deadline: number, words: string[], sources: string): string {
  const sudo = user === "root" ? "" : "sudo -n ";
  return (
    `${sudo}timeout -k 10 ${deadline + 15} bash -s -- ${words.slice(1).map(quote).join(" ")} # ${words[0]} ` +
    `${sources}`
  );
}
