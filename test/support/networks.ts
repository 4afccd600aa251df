/**
 * The beginning of a /24 that no network in a text has. SEED: where to begin, which differs from stack to stack, for
 * others may be looking for one at the same time.
 */
export function freeNetwork(taken: string, seed: number): string {
  const isTaken = (beginning: string) => taken.includes(beginning);
  const candidates = Array.from({ length: 30 }, (_, i) => `10.89.${61 + ((seed + i) % 30)}`);
  const free = candidates.find((network) => ![`${network}.`, `${network.replaceAll(".", ":")}:`].some(isTaken));
  if (free) return free;
  throw new Error(
    "found networks on all of 10.89.61.0/24 to 10.89.90.0/24, expected a free one: STACK=… lab/down removes one",
  );
}
