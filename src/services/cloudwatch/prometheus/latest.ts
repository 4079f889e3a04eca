import type { Point } from "../metrics/point.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { Family, FamilySample, Label } from "./family.ts";
import { familyName, labelsOf, statistics } from "./names.ts";
import { type MetricPoints, readMetrics } from "./points.ts";

/** A metric without a point for longer has no value now. */
const currentSeconds = 600;

interface Latest {
  readonly name: MetricPoints["name"];
  readonly point: Point;
}

/**
 * What all metrics of CloudWatch are now: the latest minute of each that has ended, by statistic. All has been read
 * when it resolves; families are made as they are asked for.
 */
export async function latestFamilies(storage: MetricStorage, nowMs: number): Promise<Iterable<Family>> {
  const end = Math.floor(nowMs / 60_000) * 60;
  const found = new Map<string, Latest[]>();
  for await (const metrics of readMetrics(storage, { start: end - currentSeconds, end })) {
    for (const { name, points } of metrics) {
      const base = familyName(name);
      const latest: Latest = { name, point: points.at(-1)! };
      const others = found.get(base);
      if (others) others.push(latest);
      else found.set(base, [latest]);
    }
  }
  return familiesOf(found);
}

const sorted = statistics.toSorted((a, b) => (a.suffix < b.suffix ? -1 : 1));

function* familiesOf(found: ReadonlyMap<string, readonly Latest[]>): Generator<Family> {
  for (const base of [...found.keys()].toSorted()) {
    const metrics = labelled(found.get(base)!);
    const { namespace, metricName } = metrics[0]!.name;
    for (const { name: statistic, suffix, of } of sorted) {
      const samples = metrics.flatMap(({ point, labels }): FamilySample[] => {
        const value = of(point);
        return value === undefined ? [] : [{ labels, value }];
      });
      if (samples.length === 0) continue;
      const help = `CloudWatch: ${statistic} of ${namespace} ${metricName} in the latest minute.`;
      yield { name: `${base}_${suffix}`, type: "gauge", help, samples };
    }
  }
}

/** Names that differ in signs only which Prometheus has not: it takes a name once. */
function labelled(metrics: readonly Latest[]): readonly (Latest & { readonly labels: readonly Label[] })[] {
  const seen = new Set<string>();
  return metrics.flatMap((metric) => {
    const labels = labelsOf(metric.name);
    const identity = JSON.stringify(labels);
    if (seen.has(identity)) return [];
    seen.add(identity);
    return [{ ...metric, labels }];
  });
}
