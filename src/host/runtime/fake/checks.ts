import { isDeepStrictEqual } from "node:util";
import { DriverError } from "#kernel/fault.ts";
import type { SandboxSpec } from "../driver.ts";

/** A repeated request finds what the first one has made; another request under the same name is refused. */
export function sameSpec(a: object, b: object): boolean {
  const plain = (spec: object) => ({ ...spec, resources: undefined });
  return isDeepStrictEqual(plain(a), plain(b));
}

export function checkSandboxSpec(spec: SandboxSpec): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(spec.name)) return;
  throw new DriverError("InvalidSpec", `Invalid sandbox name "${spec.name}": letters, digits, "-" and "_" are allowed`);
}
