import { Fault } from "#kernel/fault.ts";

/** Refuses to keep copies in other regions. */
export function refuseReplicas(regions: readonly unknown[] | undefined): void {
  if (regions === undefined || regions.length === 0) return;
  const message = "Replication of secrets to other regions is not supported on this platform.";
  throw new Fault("InvalidParameterException", message);
}

/** Refuses what is for secrets that other companies' services manage. */
export function refuseType(type: string | undefined): void {
  if (type === undefined) return;
  throw new Fault("InvalidParameterException", "Type is not supported: there are no managed external secrets here.");
}
