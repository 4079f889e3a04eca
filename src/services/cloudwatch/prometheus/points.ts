import { setImmediate } from "node:timers/promises";
import type { Point } from "../metrics/point.ts";
import { measuredSeries, type Series, type SeriesName } from "../metrics/series.ts";
import type { MetricStorage } from "../metrics/storage.ts";

/** A metric and its points of a time, one a minute, ascending. */
export interface MetricPoints {
  readonly name: Omit<SeriesName, "unit">;
  readonly points: readonly Point[];
}

/** So many metrics are read before others have their turn. */
const atOnce = 400;

/** The points of all metrics that have any from `start` to before `end`, in seconds since the epoch: whole minutes. */
export async function* readMetrics(
  storage: MetricStorage,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<readonly MetricPoints[]> {
  const groups = [...groupsOf(storage, start).values()];
  for (let i = 0; i < groups.length; i += atOnce) {
    const batch = groups.slice(i, i + atOnce);
    const points = await storage.read(batch.flat(), { start, end, periodSeconds: 60 });
    yield batch.flatMap((group): MetricPoints[] => {
      const [first] = measuredSeries(group, points);
      return first === undefined ? [] : [{ name: first.name, points: points.get(first)! }];
    });
    await setImmediate();
  }
}

/** The series of each metric: one a unit. */
function groupsOf(storage: MetricStorage, start: number): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const series of storage.series.all()) {
    if (series.lastTime < start) continue;
    const { account, region, namespace, metricName, dimensions } = series.name;
    const key = JSON.stringify([account, region, namespace, metricName, dimensions]);
    const group = groups.get(key);
    if (group) group.push(series);
    else groups.set(key, [series]);
  }
  return groups;
}
