import { DriverError } from "#kernel/fault.ts";

/**
 * How the driver's containers are called and labelled. `OWNER.SANDBOX` is a sandbox's pause container,
 * `OWNER.SANDBOX.CONTAINER` a container in it, `OWNER..ID` a prepared sandbox that nobody has claimed: claiming it is
 * renaming it, the one change that an engine makes as one step. Neither owners nor sandboxes have a dot in their names.
 */
export const label = {
  owner: "estiva.runtime.owner",
  /** `sandbox` or `container`. */
  role: "estiva.runtime.role",
  sandboxName: "estiva.runtime.sandbox",
  sandboxId: "estiva.runtime.sandbox-id",
  containerName: "estiva.runtime.container",
  /** A hash of what was asked for, by which a repeated request is known again. */
  spec: "estiva.runtime.spec",
  /** The control group of all the sandbox's containers together. */
  cgroup: "estiva.runtime.cgroup",
} as const;

const labelPrefix = "estiva.runtime.";
/** What a name can begin with, and a part within it, which may begin with any of its letters. */
const first = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const within = /^[A-Za-z0-9_-]+$/;

/** Throws a `DriverError` (`InvalidSpec`) unless the word can be part of a container's name. */
export function checkName(kind: string, name: string, pattern = first): string {
  if (pattern.test(name)) return name;
  throw new DriverError("InvalidSpec", `Invalid ${kind} name "${name}": letters, digits, "-" and "_" are allowed`);
}

export function sandboxContainerName(owner: string, sandbox: string): string {
  return `${owner}.${checkName("sandbox", sandbox)}`;
}

export function memberContainerName(owner: string, sandbox: string, container: string): string {
  return `${owner}.${sandbox}.${checkName("container", container, within)}`;
}

export function preparedContainerName(owner: string, id: string): string {
  return `${owner}..${id}`;
}

/** Which sandbox a pause container holds, by its name (with or without the leading `/`). */
export function parseSandboxName(owner: string, containerName: string): { name: string } | "prepared" | undefined {
  const bare = containerName.replace(/^\//, "");
  if (!bare.startsWith(`${owner}.`)) return undefined;
  const rest = bare.slice(owner.length + 1);
  if (rest.startsWith(".")) return "prepared";
  return rest.includes(".") ? undefined : { name: rest };
}

/** The labels that a caller gave, without the driver's own. */
export function callersLabels(labels: Readonly<Record<string, string>> | null): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !name.startsWith(labelPrefix)));
}
