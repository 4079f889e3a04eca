import { evaluateMath, type MathWorld } from "../math/evaluate.ts";
import { MathError, type MathValue, type TimeSeries } from "../math/series.ts";
import type { CheckedQuery } from "../query/check.ts";

const periodSeconds = 60;
const times = [0, periodSeconds, 2 * periodSeconds];

/**
 * Works the queries of an alarm out on made-up data: what is wrong with them for any data, in words; undefined when
 * they give the one time series that an alarm watches.
 */
export function faultOfTrial(queries: readonly CheckedQuery[], watchedId: string): string | undefined {
  const known = new Map<string, MathValue>();
  const world: MathWorld = {
    reference(id) {
      const query = queries.find((each) => each.query.Id === id);
      if (query === undefined) return undefined;
      const value = known.get(id) ?? workedOut(query, world);
      known.set(id, value);
      return value;
    },
    metrics: (idPart = "") =>
      queries
        .filter(({ query, expression }) => expression === undefined && query.Id.includes(idPart))
        .map(({ query }) => madeUp(query.Id)),
    search: () => [],
    ...{ start: 0, end: times.length * periodSeconds, periodSeconds },
    spend() {},
  };
  for (const { query } of queries) {
    try {
      world.reference(query.Id);
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      return `Error in expression '${query.Id}': ${error.message}`;
    }
  }
  const watched = known.get(watchedId)!;
  const isOne = watched.kind === "series" || (watched.kind === "list" && watched.list.length === 1);
  return isOne ? undefined : `Error in expression '${watchedId}': An alarm watches a single time series`;
}

function workedOut({ query, expression }: CheckedQuery, world: MathWorld): MathValue {
  return expression === undefined ? { kind: "series", series: madeUp(query.Id) } : evaluateMath(expression, world);
}

function madeUp(label: string): TimeSeries {
  return { label, periodSeconds, times, values: [1, 2, 3] };
}
