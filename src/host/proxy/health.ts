import type { TargetHealthCheck, TargetHealthReport } from "#kernel/load-balancing.ts";
import { checkSpreadPercent } from "./config/health-check.ts";
import type { ServerStatus } from "./runtime-api.ts";

/** The two servers of a target, as HAProxy has them; see `serverNames`. */
export interface TargetServers {
  readonly checked: ServerStatus;
  readonly open: ServerStatus;
}

export type TargetState = Pick<TargetHealthReport, "state" | "reason" | "description">;

/**
 * A target's state and reason in the words of DescribeTargetHealth. A target is initial until its first good check, or
 * until so many have failed; until then its other server is in maintenance, by which HAProxy itself remembers it.
 * `drainSeconds`: so long one that is unhealthy keeps its connections.
 */
export function targetState({ checked, open }: TargetServers, drainSeconds = 0): TargetState {
  if (isServing(checked)) return { state: "healthy" };
  if (isInitial(open)) {
    return hasResult(checked)
      ? { state: "initial", reason: "Elb.InitialHealthChecking", description: "Initial health checks in progress" }
      : { state: "initial", reason: "Elb.RegistrationInProgress", description: "Target registration is in progress" };
  }
  const isDraining = checked.changedSeconds < drainSeconds;
  return { state: isDraining ? "unhealthy.draining" : "unhealthy", ...failureOf(checked) };
}

/** Whether checks have brought a new target so far that it is to be used. */
export function isReady({ checked, open }: TargetServers): boolean {
  return isInitial(open) && (passed(checked) || checked.status === "no check");
}

/** Whether not even the first check of a new target has begun. */
export function isUnchecked({ checked, open }: TargetServers): boolean {
  return isInitial(open) && !hasResult(checked) && !checked.isBeingChecked;
}

/** Whether a new target has failed its latest check. */
export function isFailing({ checked, open }: TargetServers): boolean {
  return isInitial(open) && hasResult(checked) && !passed(checked);
}

/** By so much HAProxy may be late with a check, beside the time by which it spreads them. */
const lateMs = 1000;

/**
 * From the first failed check of a new target to when the one that makes it unhealthy has certainly begun. HAProxy
 * counts intervals from the end of a check; `checkMs` is how long one takes.
 */
export function untilUnhealthyMs(check: TargetHealthCheck, checkMs: number): number {
  const intervals = check.unhealthyThreshold - 1;
  const longestMs = check.intervalSeconds * 10 * (100 + checkSpreadPercent);
  return intervals === 0 ? 0 : intervals * longestMs + (intervals - 1) * checkMs + lateMs;
}

function isServing({ status }: ServerStatus): boolean {
  return status.startsWith("UP") || status.startsWith("NOLB") || status === "no check";
}

function isInitial(open: ServerStatus): boolean {
  return open.status.startsWith("MAINT");
}

function hasResult({ check }: ServerStatus): boolean {
  return check !== "" && check !== "INI" && check !== "UNK";
}

function passed({ check }: ServerStatus): boolean {
  return /^L[4567]OKC?$/.test(check);
}

function failureOf({ check, code }: ServerStatus): Omit<TargetState, "state"> {
  if (check === "L7STS") {
    const codes = code === undefined ? "" : ` with these codes: [${code}]`;
    return { reason: "Target.ResponseCodeMismatch", description: `Health checks failed${codes}` };
  }
  if (check.endsWith("TOUT")) return { reason: "Target.Timeout", description: "Request timed out" };
  return { reason: "Target.FailedHealthChecks", description: "Health checks failed" };
}
