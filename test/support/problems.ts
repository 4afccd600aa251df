import { expect } from "vitest";
import { checkConfig } from "../../config";

/** The message about a configuration, line by line; none where there is nothing wrong with it. */
export function problems(raw: unknown): string[] {
  try {
    checkConfig(raw);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

/** The one problem of a configuration. */
export function only(raw: unknown): string {
  const [first, ...rest] = problems(raw);
  expect(first, rest.join("\n")).toBe("the configuration has 1 problem; nothing was touched:");
  expect(rest).toHaveLength(1);
  return rest[0].trim();
}
