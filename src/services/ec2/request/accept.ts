import type { RequestContext } from "#kernel/handler.ts";

/**
 * Refuses parameters that the operation does not honour, so that none is accepted and then ignored. One that asks for
 * nothing (false, an empty list) is as good as absent; `DryRun` is honoured for all.
 */
export function acceptOnly<Input extends object>(
  ctx: RequestContext,
  input: Input,
  names: readonly (keyof Input & string)[],
): void {
  for (const [name, value] of Object.entries(input)) {
    if (name === "DryRun" || asksForNothing(value) || (names as readonly string[]).includes(name)) continue;
    throw unsupported(ctx, name);
  }
}

export function unsupported(ctx: RequestContext, parameter: string) {
  const reason = /ipv6/i.test(parameter) ? " IPv6 is not available." : "";
  return ctx.fault("UnsupportedOperation", `The parameter ${parameter} is not supported.${reason}`);
}

function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  // An AttributeBooleanValue.
  return typeof value === "object" && value !== null && "Value" in value && value.Value === false;
}

/** The fault for a parameter that must be there: `groupId`, `groupName or groupId`. */
export function missing(ctx: RequestContext, parameter: string) {
  return ctx.fault("MissingParameter", `The request must contain the parameter ${parameter}`);
}

/** `Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.` */
export function invalidValue(ctx: RequestContext, value: unknown, parameter: string, reason: string) {
  return ctx.fault("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid. ${reason}`);
}
