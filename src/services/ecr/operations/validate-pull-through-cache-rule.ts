import { DriverError } from "#kernel/fault.ts";
import { placeOf } from "../catalog/imports.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { describeRule, requireOwnRegistry, requireRule } from "../request/pull-through.ts";

/** Reads the rule's secret and signs in to the upstream registry with it. */
export function validatePullThroughCacheRule(parts: EcrParts): EcrHandler<"ValidatePullThroughCacheRule"> {
  return async (input, ctx) => {
    requireOwnRegistry(ctx, input);
    const rule = (await requireRule(ctx, input.ecrRepositoryPrefix)).value;
    const { upstreamRegistry: _, ...told } = describeRule(rule);
    try {
      await parts.probe(await placeOf(parts, rule));
      return { ...told, isValid: true };
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return { ...told, isValid: false, failure: error.message };
    }
  };
}
