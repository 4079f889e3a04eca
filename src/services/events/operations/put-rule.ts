import type { PutRuleRequest } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import { parseSchedule } from "#kernel/schedule/schedule.ts";
import { busPath, busReference, defaultBusName, type RuleRecord, ruleArn, ruleKey, rules } from "../model.ts";
import { cachedPattern } from "../pattern/compile.ts";
import { PatternError } from "../pattern/tokens.ts";
import { requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { invalidParameter, limitExceeded } from "../request/refusals.ts";
import { checkRole } from "../request/roles.ts";
import { withTags } from "../request/tags.ts";

/** AWS's quota on the rules of a bus. */
const mostRules = 300;

/** Makes a rule, or puts it in place of the one of its name; targets and tags stay. */
export const PutRule: EventsHandler<"PutRule"> = async (input, ctx) => {
  const { name: busName, ...world } = busReference(ctx, input.EventBusName);
  requireBus(ctx, input.EventBusName);
  checkInput(input, busName);
  if (input.RoleArn !== undefined) checkRole(ctx, input.RoleArn, ruleArn(world, busName, input.Name));
  const sources = input.EventPattern === undefined ? undefined : sourcesOf(input.EventPattern);
  const existing = await ctx.store.get(ruleKey(world, busName, input.Name));
  if (existing.value === undefined && ctx.store.view(rules).count("bus", busPath({ ...world, busName })) >= mostRules) {
    throw limitExceeded();
  }
  const value: RuleRecord = {
    ...world,
    ...{ busName, name: input.Name, state: input.State ?? "ENABLED" },
    ...(input.EventPattern !== undefined && { eventPattern: input.EventPattern }),
    ...(sources !== undefined && { sources }),
    ...(input.ScheduleExpression && { scheduleExpression: input.ScheduleExpression }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
    createdBy: existing.value?.createdBy ?? ctx.account,
    tags: existing.value?.tags ?? withTags({}, input.Tags),
    targets: existing.value?.targets ?? [],
    ...timingOf(input, existing.value, ctx.clock.now()),
  };
  await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value }] });
  return { RuleArn: ruleArn(world, busName, input.Name) };
};

function checkInput(input: PutRuleRequest, busName: string): void {
  const { EventPattern, ScheduleExpression } = input;
  if (!EventPattern && !ScheduleExpression) {
    const message = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
    throw new Fault("ValidationException", message);
  }
  if (ScheduleExpression) {
    if (busName !== defaultBusName) {
      throw new Fault("ValidationException", "ScheduleExpression is supported only on the default event bus.");
    }
    const schedule = parseSchedule(ScheduleExpression, { exactUnits: true });
    if (schedule === undefined || schedule.kind === "at") throw invalidParameter("ScheduleExpression");
  }
}

/** Throws InvalidEventPatternException, in AWS's words. */
function sourcesOf(pattern: string): readonly string[] | undefined {
  try {
    return cachedPattern(pattern).sources;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new Fault("InvalidEventPatternException", `Event pattern is not valid. Reason: ${error.message}`);
  }
}

/** A schedule begins anew when it is enabled or its expression changes. */
function timingOf(input: PutRuleRequest, before: RuleRecord | undefined, now: number): Pick<RuleRecord, "timing"> {
  if (!input.ScheduleExpression || input.State === "DISABLED") return {};
  const goesOn = before?.timing !== undefined && before.scheduleExpression === input.ScheduleExpression;
  return { timing: goesOn ? before.timing : { since: now } };
}
