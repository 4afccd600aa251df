import type { Known } from "../../machine/known";
import type { InstallOptions } from "../../software/options";
import { isAt, isRegistry } from "../../software/registries";
import { isHttpAddress } from "../../values/addresses";
import { noCertificate, readCertificates } from "../../values/certificates";
import type { Check } from "./install";

const examples = "examples: registry.k8s.io, registry.example.com:5000";

/** What containerd is told of registries. */
export function registryChecks({ registryMirrors = {}, registries = [] }: Known<InstallOptions>, check: Check): void {
  for (const [registry, mirror] of Object.entries(registryMirrors)) {
    const key = `registryMirrors.${registry}`;
    check(isRegistry(registry), key, `"${registry}" is not the name of a registry; ${examples}`);
    check(isHttpAddress(mirror), key, `"${mirror}" is not an http(s) address`);
    check(!hasPassword(mirror), key, `"${mirror}" has a password; put it into install.registries, for its host`);
  }
  registries.forEach((registry, i) => {
    const { host, ca, skipVerify = false } = registry;
    const at = (key: string) => `registries[${i}].${key}`;
    check(isRegistry(host), at("host"), `"${host}" is not the name of a registry; ${examples}`);
    const first = registries.findIndex((other) => other.host === host);
    check(first === i, at("host"), `"${host}" is there twice, also in registries[${first}]; put both into one`);
    if (ca !== undefined) check(readCertificates(ca) !== undefined, at("ca"), noCertificate(ca));
    check(
      !skipVerify || !("ca" in registry),
      at("skipVerify"),
      "true, and so the ca next to it would not count; allowed: one of the two, for a registry with a CA the ca",
    );
    loginChecks(registry, Object.values(registryMirrors), (ok, key, message) => check(ok, at(key), message));
  });
}

/** A password that is an output is there, and that is all that is known of it. */
function loginChecks(
  registry: NonNullable<Known<InstallOptions>["registries"]>[number],
  mirrors: string[],
  check: Check,
): void {
  const { host, username, password } = registry;
  const given = "password" in registry;
  check(given || username === undefined, "password", `missing; expected: that of username "${username}"`);
  check(!given || username !== undefined, "username", "missing; expected: who has the password next to it");
  check(
    username === undefined || /^[^:\p{Cc}]+$/u.test(username),
    "username",
    `${JSON.stringify(username)} is not a user's name; allowed: any characters but colons and control characters`,
  );
  check(
    password === undefined || /^\P{Cc}+$/u.test(password),
    "password",
    "is empty, or has a line break or another control character in it; expected: the password alone, on one line",
  );
  const open = mirrors.find((mirror) => mirror.startsWith("http://") && isAt(mirror, host));
  check(
    !given || open === undefined,
    "password",
    `would be sent to "${open}" for everybody on the way to read; expected: an https address in registryMirrors`,
  );
}

function hasPassword(address: string): boolean {
  return /^\w+:\/\/[^/]*@/.test(address);
}
