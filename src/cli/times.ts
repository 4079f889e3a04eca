import { CommandError, exitCodes } from "./command.ts";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The value of an option that takes a time, in milliseconds since the epoch: `15m` is that long before `now`, anything
 * else a date. Throws a `CommandError`.
 */
export function timeOf(option: string, text: string, now: number): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  // A number alone would be read as a year.
  const date = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const time = unit === undefined ? date : now - Number(amount) * unitSeconds[unit]! * 1000;
  if (Number.isFinite(time) && time >= 0) return time;
  const message = `--${option} takes a time such as 15m, 2h, 7d or 2030-01-31T12:00:00Z, not ${text}.`;
  throw new CommandError(message, exitCodes.usage);
}
