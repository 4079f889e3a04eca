import type { RequestContext } from "#kernel/handler.ts";
import { alarmsIn, elementsIn, parseRule, RuleSyntaxError } from "../alarms/rule.ts";
import { alarmKey, alarmNameOf, alarms, type CompositeAlarmRecord, configuredAlarm, historyPuts } from "../model.ts";
import { checkActions, initialState, invalid } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

const mostChildren = 100;
const mostElements = 500;

/** Makes an alarm on the states of others, or replaces its configuration. */
export const PutCompositeAlarm: CloudWatchHandler<"PutCompositeAlarm"> = async ({ Tags, ...configuration }, ctx) => {
  const { AlarmName: name, ActionsSuppressor: suppressor } = configuration;
  checkActions(ctx, configuration);
  const children = childrenOf(ctx, configuration.AlarmRule);
  if (children.length > mostChildren) throw invalid(ctx, `AlarmRule must not name more than ${mostChildren} alarms.`);
  for (const child of children) {
    if (ctx.store.view(alarms).get(alarmKey(ctx, child)) !== undefined || child === name) continue;
    throw invalid(ctx, `Could not save the composite alarm as alarms [${child}] in the alarm rule do not exist`);
  }
  const hasPeriods =
    configuration.ActionsSuppressorWaitPeriod !== undefined &&
    configuration.ActionsSuppressorExtensionPeriod !== undefined;
  if (suppressor !== undefined && !hasPeriods) {
    const needed = "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod";
    throw invalid(ctx, `With ActionsSuppressor, ${needed} are required.`);
  }
  if (children.some((child) => leadsTo(ctx, child, name))) {
    throw invalid(ctx, `Could not save the composite alarm: its rule would form a cycle through ${name}.`);
  }
  const before = await ctx.store.get(alarmKey(ctx, name));
  if (before.value?.type === "metric") throw invalid(ctx, `A metric alarm with the name ${name} exists already.`);
  const now = ctx.clock.now();
  const value: CompositeAlarmRecord = {
    ...(before.value ?? { ...initialState(ctx, Tags), type: "composite" as const }),
    configuration,
    configurationUpdatedAt: now,
  };
  const history = historyPuts([configuredAlarm(value, now, before.value)]);
  await ctx.store.commit({ unchanged: [before], put: [{ key: before.key, value }, ...history] });
  return {};
};

/** The names of the alarms that a rule names. */
function childrenOf(ctx: RequestContext, rule: string): string[] {
  try {
    if (elementsIn(rule) > mostElements) throw new RuleSyntaxError(`it has more than ${mostElements} elements`);
    return [...new Set(alarmsIn(parseRule(rule)).map((named) => alarmNameOf(ctx, named) ?? named))];
  } catch (error) {
    if (!(error instanceof RuleSyntaxError)) throw error;
    throw invalid(ctx, `AlarmRule is not valid: ${error.message}.`);
  }
}

function leadsTo(ctx: RequestContext, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const alarm = ctx.store.view(alarms).get(alarmKey(ctx, from))?.value;
  if (alarm?.type !== "composite") return false;
  return childrenOf(ctx, alarm.configuration.AlarmRule).some((child) => leadsTo(ctx, child, to, seen));
}
