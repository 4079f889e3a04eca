import { alarmsIn, parseRule } from "../alarms/rule.ts";
import { alarmNameOf, alarms, deletedAlarm, worldOf } from "../model.ts";
import { invalid, requireAlarms } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

/** Deletes alarms: all, or none when one of them is not there or is needed by another. */
export const DeleteAlarms: CloudWatchHandler<"DeleteAlarms"> = async ({ AlarmNames: names }, ctx) => {
  const entries = await requireAlarms(ctx, [...new Set(names)]);
  if (entries.filter(({ value }) => value.type === "composite").length > 1) {
    throw invalid(ctx, "Only one composite alarm can be deleted at a time.");
  }
  for (const { value } of ctx.store.view(alarms).by("world", worldOf(ctx))) {
    if (value.type !== "composite" || names.includes(value.configuration.AlarmName)) continue;
    const { AlarmRule: rule, ActionsSuppressor: suppressor, AlarmName: name } = value.configuration;
    const needed = [...alarmsIn(parseRule(rule)), ...(suppressor === undefined ? [] : [suppressor])];
    const used = names.find((each) => needed.some((other) => alarmNameOf(ctx, other) === each));
    if (used === undefined) continue;
    throw ctx.fault(
      "ResourceConflict",
      `The alarm ${used} is needed by the composite alarm ${name}: delete that first.`,
    );
  }
  const now = ctx.clock.now();
  const history = entries.flatMap(({ value }) => deletedAlarm(value, now));
  await ctx.store.commit({ unchanged: entries, remove: entries.map(({ key }) => key), put: history });
  return {};
};
