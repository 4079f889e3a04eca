import type { RequestContext } from "#kernel/handler.ts";
import { compileFilterPattern, type FilterPattern, PatternError } from "./patterns/filter-pattern.ts";

/** What metric filters and subscription filters have in common in their requests. */
interface FilterRequest {
  readonly applyOnTransformedLogs?: boolean;
  readonly fieldSelectionCriteria?: string;
  readonly emitSystemFieldDimensions?: readonly string[];
  readonly emitSystemFields?: readonly string[];
}

/** Refuses what needs transformers of logs, or logs of other accounts and regions: there are neither. */
export function refuseForeignLogs(ctx: RequestContext, input: FilterRequest): void {
  const refuse = (name: string, reason: string) => {
    throw ctx.fault("InvalidParameterException", `${name} is not supported: ${reason}`);
  };
  if (input.applyOnTransformedLogs === true) refuse("applyOnTransformedLogs", "the log group has no transformer.");
  const central = "log groups have events of their own account and region only.";
  if (input.fieldSelectionCriteria) refuse("fieldSelectionCriteria", central);
  if (input.emitSystemFieldDimensions?.length) refuse("emitSystemFieldDimensions", central);
  if (input.emitSystemFields?.length) refuse("emitSystemFields", central);
}

export function readFilterPattern(ctx: RequestContext, text: string): FilterPattern {
  try {
    return compileFilterPattern(text);
  } catch (error) {
    if (error instanceof PatternError) throw ctx.fault("InvalidParameterException", error.message);
    throw error;
  }
}
