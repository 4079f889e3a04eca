import { DriverError } from "#kernel/fault.ts";

/**
 * How services are scheduled here, by the environment. `ESTIVA_SETTLE_SECONDS`: after so many seconds of RUNNING a task
 * without a health check counts as healthy; 40 by default, as on AWS. Throws a `DriverError` for what is no number.
 */
export function serviceOptions(env: NodeJS.ProcessEnv): { readonly settleSeconds?: number } {
  const text = env.ESTIVA_SETTLE_SECONDS;
  if (text === undefined) return {};
  const settleSeconds = Number(text);
  if (text.trim() !== "" && settleSeconds >= 0 && settleSeconds <= 3600) return { settleSeconds };
  throw new DriverError("InvalidSpec", `ESTIVA_SETTLE_SECONDS takes a number from 0 to 3600, not ${text}.`);
}
