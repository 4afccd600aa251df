import { createRequire } from "node:module";
import type * as X509 from "@peculiar/x509";

const load = createRequire(__filename);

/**
 * \@peculiar/x509, loaded when the first certificate is read or signed: it takes as long to load as all else beside
 * the SDK, and a stack without workers and without custom CAs has no need of it.
 */
export function loadX509(): typeof X509 {
  load("reflect-metadata");
  return load("@peculiar/x509");
}
