import { isDnsLabel, isHost } from "../values/addresses";
import type { Problem } from "../values/problems";

/** A machine as far as it is known. */
export interface PlacedMachine {
  /** The path that messages name it by. */
  path: string;
  /** Its name. */
  name: string;
  /** Where SSH connects to. */
  address?: string;
  /** Where the other machines reach it, if that is another address. */
  privateAddress?: string;
}

/** Names and addresses of machines: their form, and that no two machines have the same. */
export function placeProblems(machines: PlacedMachine[]): Problem[] {
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const unique = (seen: Map<string, string>, value: string, path: string, what: string) => {
    const first = seen.get(value);
    if (first !== undefined)
      problems.push({ path, message: `${what} "${value}" is taken by ${first}; every machine needs its own` });
    else seen.set(value, path.replace(/\.\w+$/, ""));
  };
  const label = "lowercase letters, digits and inner hyphens, 63 at most";
  for (const { path, ...machine } of machines) {
    if (!isDnsLabel(machine.name)) {
      problems.push({
        path: `${path}.name`,
        message: `"${machine.name}" is not a DNS label; allowed: ${label}`,
      });
    }
    unique(names, machine.name, `${path}.name`, "name");
    for (const key of ["address", "privateAddress"] as const) {
      const address = machine[key];
      if (address === undefined || (key === "privateAddress" && address === machine.address)) continue;
      if (!isHost(address))
        problems.push({ path: `${path}.${key}`, message: `"${address}" is neither an IP address nor a DNS name` });
      unique(addresses, address, `${path}.${key}`, "address");
    }
  }
  return problems;
}
