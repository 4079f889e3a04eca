import { worldOf } from "#kernel/world.ts";
import { alarmsIn, parseRule } from "../alarms/rule.ts";
import { alarmKey, alarmNameOf, alarms, deletedAlarm } from "../model.ts";
import { invalid, noAlarm } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

/** Deletes alarms: all that are there, though others are not, or none when one of them is needed by another. */
export const DeleteAlarms: CloudWatchHandler<"DeleteAlarms"> = async ({ AlarmNames: names }, ctx) => {
  const reads = await Promise.all([...new Set(names)].map((name) => ctx.store.get(alarmKey(ctx, name))));
  const entries = reads.filter((read) => read.value !== undefined);
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
  // "The alarms you specify with correct names are still deleted" (DeleteAlarms).
  if (entries.length < reads.length) throw noAlarm(ctx);
  return {};
};
