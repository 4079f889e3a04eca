import { DriverError } from "#kernel/fault.ts";

/** They divide a minute, CloudWatch's own period. */
const intervals = [1, 5, 10, 20, 30, 60];

/**
 * How often tasks and load balancers are measured, in seconds (`ESTIVA_METRICS_INTERVAL`); a minute by default. Throws
 * a `DriverError` for what divides no minute.
 */
export function metricsInterval(env: NodeJS.ProcessEnv): number {
  const text = env.ESTIVA_METRICS_INTERVAL ?? "60";
  const found = intervals.find((seconds) => String(seconds) === text);
  if (found !== undefined) return found;
  throw new DriverError("InvalidSpec", `ESTIVA_METRICS_INTERVAL takes ${intervals.join(", ")}, not ${text}.`);
}
