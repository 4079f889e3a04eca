import { DriverError } from "#kernel/fault.ts";
import { metricsInterval } from "./metrics-interval.ts";

export interface ServiceOptions {
  readonly metricsIntervalSeconds: number;
  /** After so many seconds of RUNNING a task without a health check counts as healthy. */
  readonly settleSeconds?: number;
}

/**
 * How services are scheduled and measured here, by the environment. `ESTIVA_SETTLE_SECONDS`: 40 by default, as on AWS;
 * `ESTIVA_METRICS_INTERVAL`. Throws a `DriverError` for what is no such number.
 */
export function serviceOptions(env: NodeJS.ProcessEnv): ServiceOptions {
  const metricsIntervalSeconds = metricsInterval(env);
  const text = env.ESTIVA_SETTLE_SECONDS;
  if (text === undefined) return { metricsIntervalSeconds };
  const settleSeconds = Number(text);
  if (text.trim() !== "" && settleSeconds >= 0 && settleSeconds <= 3600) {
    return { metricsIntervalSeconds, settleSeconds };
  }
  throw new DriverError("InvalidSpec", `ESTIVA_SETTLE_SECONDS takes a number from 0 to 3600, not ${text}.`);
}
