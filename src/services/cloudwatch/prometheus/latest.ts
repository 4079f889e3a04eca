import type { MetricStorage } from "../metrics/storage.ts";
import type { Family, FamilySample } from "./family.ts";
import { familyName, labelsOf, statistics } from "./names.ts";
import { readMetrics } from "./points.ts";

/** A metric without a point for longer has no value now. */
const currentSeconds = 600;

/** What all metrics of CloudWatch are now: the latest minute of each that has ended, by statistic. */
export async function latestFamilies(storage: MetricStorage, nowMs: number): Promise<Family[]> {
  const end = Math.floor(nowMs / 60_000) * 60;
  const families = new Map<string, Family & { readonly samples: FamilySample[] }>();
  const seen = new Set<string>();
  for await (const metrics of readMetrics(storage, { start: end - currentSeconds, end })) {
    for (const { name, points } of metrics) {
      const base = familyName(name);
      const labels = labelsOf(name);
      const identity = JSON.stringify([base, labels]);
      // Names that differ in signs only which Prometheus has not: it takes a name once.
      if (seen.has(identity)) continue;
      seen.add(identity);
      for (const { name: statistic, suffix, of } of statistics) {
        const value = of(points.at(-1)!);
        if (value === undefined) continue;
        const family = `${base}_${suffix}`;
        const help = `CloudWatch: ${statistic} of ${name.namespace} ${name.metricName} in the latest minute.`;
        if (!families.has(family)) families.set(family, { name: family, type: "gauge", help, samples: [] });
        families.get(family)!.samples.push({ labels, value });
      }
    }
  }
  return [...families.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
