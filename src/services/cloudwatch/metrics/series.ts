import { type World, worldOf } from "#kernel/world.ts";
import type { Point } from "./point.ts";

/** What a metric is called by. The dimensions are sorted by name. */
export interface MetricName {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** A metric of one account and region, in one unit: what is measured in another is kept apart and read together. */
export interface SeriesName extends MetricName {
  readonly account: string;
  readonly region: string;
  readonly unit: string;
}

export interface Series {
  /** Small and never used again: what is on disk names series by it. */
  readonly id: number;
  readonly name: SeriesName;
  /** Seconds since the epoch of the latest point. */
  lastTime: number;
}

/**
 * Of the series of a metric, one a unit, those that have points, in the order of their units. Who reads the metric
 * without a unit gets the points of the first.
 */
export function measuredSeries(series: readonly Series[], points: ReadonlyMap<Series, readonly Point[]>): Series[] {
  return series.filter((each) => points.get(each)!.length > 0).toSorted((a, b) => (a.name.unit < b.name.unit ? -1 : 1));
}

/** All series, found by what they are called. */
export class SeriesTable {
  private readonly byId = new Map<number, Series>();
  private readonly byName = new Map<string, Series>();
  /** By world, then namespace, then metric. */
  private readonly worlds = new Map<string, Map<string, Map<string, Set<Series>>>>();
  private nextId = 1;

  get size(): number {
    return this.byId.size;
  }

  all(): IterableIterator<Series> {
    return this.byId.values();
  }

  get(id: number): Series | undefined {
    return this.byId.get(id);
  }

  find(name: SeriesName): Series | undefined {
    return this.byName.get(keyOf(name));
  }

  /** Adds one that is not there, under this id or the next one. */
  add(name: SeriesName, id = this.nextId): Series {
    const series: Series = { id, name, lastTime: 0 };
    this.nextId = Math.max(this.nextId, id + 1);
    this.byId.set(id, series);
    this.byName.set(keyOf(name), series);
    const namespaces = getOrAdd(this.worlds, worldOf(name), () => new Map());
    const metrics = getOrAdd(namespaces, name.namespace, () => new Map());
    getOrAdd(metrics, name.metricName, () => new Set<Series>()).add(series);
    return series;
  }

  remove(series: Series): void {
    const { name } = series;
    this.byId.delete(series.id);
    this.byName.delete(keyOf(name));
    const namespaces = this.worlds.get(worldOf(name));
    const metrics = namespaces?.get(name.namespace);
    const members = metrics?.get(name.metricName);
    members?.delete(series);
    if (members?.size === 0) metrics!.delete(name.metricName);
    if (metrics?.size === 0) namespaces!.delete(name.namespace);
    if (namespaces?.size === 0) this.worlds.delete(worldOf(name));
  }

  /** Those of an account and region; with a namespace and a metric's name only theirs. */
  *list(world: World, namespace?: string, metricName?: string): Generator<Series> {
    const namespaces = this.worlds.get(worldOf(world));
    for (const [each, metrics] of namespaces ?? []) {
      if (namespace !== undefined && each !== namespace) continue;
      for (const [name, members] of metrics) {
        if (metricName === undefined || name === metricName) yield* members;
      }
    }
  }

  /** Those of exactly this metric: one a unit. */
  ofMetric(world: World, metric: MetricName): Series[] {
    const members = this.worlds.get(worldOf(world))?.get(metric.namespace)?.get(metric.metricName) ?? [];
    return [...members].filter(({ name }) => areSame(name.dimensions, metric.dimensions));
  }
}

function areSame(some: readonly Dimension[], others: readonly Dimension[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(({ name, value }, i) => name === others[i]!.name && value === others[i]!.value);
}

function keyOf({ account, region, namespace, metricName, dimensions, unit }: SeriesName): string {
  return JSON.stringify([
    account,
    region,
    namespace,
    metricName,
    unit,
    ...dimensions.flatMap((d) => [d.name, d.value]),
  ]);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
