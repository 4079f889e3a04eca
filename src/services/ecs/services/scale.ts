import type { Scale } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";

/** The percentage of a scale: from 0 to 100. Throws `InvalidParameterException`. */
export function resolveScale(ctx: RequestContext, { value }: Scale): number {
  if (value === undefined) throw ctx.fault("InvalidParameterException", "The value of scale can not be blank.");
  if (value >= 0 && value <= 100) return value;
  throw ctx.fault("InvalidParameterException", "The value of scale must be between 0 and 100.");
}
