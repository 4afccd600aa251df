/** One thing that is wrong with what the user asked for. */
export interface Problem {
  /** Where, as a path in the arguments or the configuration. */
  path: string;
  /** What is there, what is allowed, what to do. Lowercase, no period. */
  message: string;
}

/** One message with every problem, in the order of their paths; PART is what of a program has them. */
export function problemText(problems: Problem[], part?: string): string {
  const sorted = [...problems].sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    part === undefined
      ? `the configuration has ${count}; nothing was touched:`
      : `${part} has ${count}; nothing of it was made:`,
    ...sorted.map((p) => withoutSecrets(`  ${p.path}: ${p.message}`)),
  ].join("\n");
}

/**
 * A text as a terminal and the log of a pipeline may have it. Messages repeat what somebody wrote, and a key or a
 * password is easily written where another value belongs.
 */
export function withoutSecrets(text: string): string {
  return (
    text
      // What a message itself expects is no key.
      .replace(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?!----- and so on)[^"]*/g, "<a private key>")
      .replace(/PuTTY-User-Key-File-\d[^"]*/g, "<a private key>")
      // How every key in OpenSSH's form begins, should its first line be missing.
      .replace(/b3BlbnNzaC1rZXktdjE[^"]*/g, "<a private key>")
      .replace(/(\w:\/\/)[^"\n]*@/g, "$1…@")
  );
}
