import type { HealthCheck } from "#kernel/agent-protocol.ts";
import type { TaskRecord } from "../model/task.ts";

/** How long the tasks of a service take, in milliseconds. */
export interface Durations {
  /** From being made to RUNNING. */
  readonly startMs: number;
  /** From RUNNING to HEALTHY, with health checks. */
  readonly healthyMs: number;
  /** From being told to stop to STOPPED. */
  readonly stopMs: number;
}

/** What is taken where a service has no tasks that tell: a start with the image at hand, an end on SIGTERM. */
export const defaultDurations: Durations = { startMs: 2_000, healthyMs: 30_000, stopMs: 2_000 };

/** What the health check of a definition allows for: it cannot pass before its first run. */
export function firstCheckMs({ interval, startPeriod = 0 }: Pick<HealthCheck, "interval" | "startPeriod">): number {
  return Math.max(interval, startPeriod) * 1000;
}

/** The medians of what these tasks took; `fallback` for what none of them tells. */
export function measure(tasks: readonly TaskRecord[], fallback: Durations = defaultDurations): Durations {
  const starts = tasks.flatMap(({ createdAt, startedAt }) => (startedAt === undefined ? [] : [startedAt - createdAt]));
  const stops = tasks.flatMap(({ stoppingAt, stoppedAt }) =>
    stoppingAt === undefined || stoppedAt === undefined ? [] : [stoppedAt - stoppingAt],
  );
  return {
    startMs: median(starts) ?? fallback.startMs,
    healthyMs: median(tasks.flatMap(healthyAfter)) ?? fallback.healthyMs,
    stopMs: median(stops) ?? fallback.stopMs,
  };
}

function healthyAfter({ startedAt, containers }: TaskRecord): number[] {
  const checked = containers.filter(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  const since = checked.map(({ healthStatus, healthStatusSince }) =>
    healthStatus === "HEALTHY" ? healthStatusSince : undefined,
  );
  if (startedAt === undefined || checked.length === 0 || since.includes(undefined)) return [];
  return [Math.max(0, Math.max(...(since as number[])) - startedAt)];
}

function median(values: readonly number[]): number | undefined {
  const middle = values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
  return middle === undefined ? undefined : Math.round(middle);
}
