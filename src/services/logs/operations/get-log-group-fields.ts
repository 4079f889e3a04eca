import { leafFields } from "../insights/run/fields.ts";
import { fromStorage, requireNamedGroup } from "../lookup.ts";
import { logStreams, visibleFrom } from "../model.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

const minuteMs = 60_000;
/** The newest events of the time are looked at, at most so many. */
const mostEvents = 10_000;
const mostBytes = 64 * 2 ** 20;
/** What every event has. */
const own = ["@ingestionTime", "@log", "@logStream", "@message", "@timestamp"];

export function getLogGroupFields(storage: LogStorage): LogsHandler<"GetLogGroupFields"> {
  return async ({ time, ...named }, ctx) => {
    const { value: group } = await requireNamedGroup(ctx, named);
    const now = ctx.clock.now();
    const middle = time === undefined ? undefined : time * 1000;
    const [from, to] =
      middle === undefined ? [now - 15 * minuteMs, now + 1] : [middle - 8 * minuteMs, middle + 8 * minuteMs];
    const streams = ctx.store.view(logStreams);
    const { events } = await fromStorage(
      storage.read(group.id, {
        streams: { has: (id) => streams.count("id", id) > 0 },
        startTime: Math.max(from, visibleFrom(group, now)),
        ...{ endTime: to, direction: "backward", limit: mostEvents, maxBytes: mostBytes, maxScannedBytes: mostBytes },
      }),
    );
    const counts = new Map<string, number>(events.length === 0 ? [] : own.map((name) => [name, events.length]));
    for (const { message } of events) {
      for (const [name] of leafFields(message)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const percents = [...counts].map(([name, count]) => ({ name, percent: Math.round((count * 100) / events.length) }));
    return { logGroupFields: percents.sort((a, b) => b.percent - a.percent || (a.name < b.name ? -1 : 1)) };
  };
}
