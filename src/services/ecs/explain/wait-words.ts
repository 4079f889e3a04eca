import type { ServiceWait } from "../controllers/service/waits.ts";
import { count, some, time } from "./time.ts";

/** A reason to wait as it is told: `on` for programs, `words` for people, `until` in ISO 8601 where it is known. */
export interface Waiting {
  readonly on: string;
  readonly words: string;
  readonly until?: string;
}

/** What is no decision of the scheduler: tasks that are on their way. */
export type TaskWait =
  | { readonly on: "start"; readonly statuses: ReadonlyMap<string, number> }
  | { readonly on: "settle"; readonly count: number; readonly settleSeconds: number; readonly until: number }
  | { readonly on: "health"; readonly count: number }
  | { readonly on: "grace"; readonly count: number; readonly graceSeconds: number; readonly until: number }
  | { readonly on: "stop"; readonly statuses: ReadonlyMap<string, number> }
  | { readonly on: "room"; readonly count: number; readonly waitingFor: string };

export function toWaiting(wait: ServiceWait | TaskWait, now: number): Waiting {
  const until = "until" in wait && Number.isFinite(wait.until) ? { until: new Date(wait.until).toISOString() } : {};
  return { on: wait.on, words: wordsOf(wait, now), ...until };
}

type WordsOf = { readonly [On in (ServiceWait | TaskWait)["on"]]: (wait: WaitOn<On>, now: number) => string };
type WaitOn<On> = Extract<ServiceWait | TaskWait, { readonly on: On }>;

function wordsOf<On extends (ServiceWait | TaskWait)["on"]>(wait: WaitOn<On>, now: number): string {
  return (words[wait.on as On] as (wait: WaitOn<On>, now: number) => string)(wait, now);
}

const words: WordsOf = {
  start: ({ statuses }) => `${total(statuses)} on the way to RUNNING (${listed(statuses)}).`,
  settle: (wait, now) =>
    `${count(wait.count, "task")} without a health check must have run for ${wait.settleSeconds} s to count as ` +
    `healthy: the last of them at ${time(wait.until, now)}.`,
  health: (wait) => `${count(wait.count, "task")} must pass the first health check.`,
  grace: (wait, now) =>
    `${count(wait.count, "task")} fail health checks within the grace period of ${wait.graceSeconds} s: the last ` +
    `grace period ends at ${time(wait.until, now)}; who is unhealthy then is replaced.`,
  stop: ({ statuses }) =>
    `${total(statuses)} on the way out (${listed(statuses)}). A task counts against maximumPercent until it has ` +
    "left RUNNING.",
  room: (wait) => `${count(wait.count, "task")} cannot be placed; the scheduler waits for ${wait.waitingFor}.`,
  backoff: (wait, now) =>
    `${count(wait.count, "task")} of ${wait.deploymentId} ${are(wait.count)} missing. Starts have failed in ` +
    `${count(wait.failures, "round")} one after the other, so the next one is at ${time(wait.until, now)}. Each ` +
    "round doubles the pause, up to 15 minutes; a new task definition ends it.",
  "launch-fault": (wait, now) =>
    `No task of ${wait.deploymentId} can be started: ${wait.message} It is tried again at ${time(wait.until, now)}.`,
  ceiling: (wait) =>
    `${count(wait.count, "task")} more ${are(wait.count)} wanted, but maximumPercent allows ${wait.ceiling} at a ` +
    `time and ${wait.occupying} are there.`,
  "failed-deployment": (wait) =>
    `${count(wait.count, "task")} ${are(wait.count)} missing, but the deployment ${wait.deploymentId} has FAILED and ` +
    "starts no more. Update the service, or force a new deployment.",
  floor: (wait) =>
    `${count(wait.count, "task")} of earlier deployments cannot be stopped yet: minimumHealthyPercent demands ` +
    `${wait.floor} healthy and ${wait.serving} ${are(wait.serving)}.`,
  protection: (wait, now) =>
    `${count(wait.taskIds.length, "task")} to be stopped ${are(wait.taskIds.length)} protected ` +
    `(${some(wait.taskIds)}); the last protection ends at ${time(wait.until, now)}.`,
  replacement: (wait) =>
    `${count(wait.taskIds.length, "unhealthy task")} (${some(wait.taskIds)}) stay until replacements are healthy, or ` +
    "until stopping them leaves enough.",
  hook: (wait, now) =>
    `The lifecycle hook ${wait.hookId} of ${wait.stage} ` +
    (wait.paused
      ? "has paused the deployment. Go on with: aws ecs continue-service-deployment. Else it "
      : "has not answered yet. It ") +
    `${wait.timeoutAction === "ROLLBACK" ? "rolls back" : "continues"} at ${time(wait.until, now)}.`,
  bake: (wait, now) => `Bake time: all must stay healthy until ${time(wait.until, now)}.`,
  "scale-up": (wait) =>
    `The new revision has ${wait.healthy} of ${wait.wanted} healthy tasks; the next stage begins when all are there.`,
  "traffic-step": (wait, now) =>
    `${wait.weight} % of the production traffic goes to the new revision; the next step is at ` +
    `${time(wait.until, now)}.`,
  traffic: () => "The load balancers have not taken the deployment's traffic weights over yet.",
  rebalancing: (wait) =>
    `Availability Zone rebalancing: ${count(wait.extra, "task")} beyond the desired count must become healthy; then ` +
    "as many are stopped in the fuller zones.",
};

function are(number: number): string {
  return number === 1 ? "is" : "are";
}

function total(statuses: ReadonlyMap<string, number>): string {
  const sum = [...statuses.values()].reduce((one, other) => one + other, 0);
  return `${count(sum, "task")} ${are(sum)}`;
}

function listed(statuses: ReadonlyMap<string, number>): string {
  return [...statuses].map(([status, number]) => `${number} ${status}`).join(", ");
}
