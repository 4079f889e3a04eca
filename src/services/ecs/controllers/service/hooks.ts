import type { LifecycleHookState, ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { type HookOccasion, hooksOf } from "./hook-runs.ts";
import { rollBack } from "./steer.ts";
import type { ServiceWait } from "./waits.ts";
import { rollbackReasons } from "./words.ts";

/**
 * Whether the hooks of a stage are done: one that failed, or whose time is up when that is to be so, rolls the
 * deployment back. With `step` they begin here, else with the stage.
 */
export function runHooks(
  draft: Draft,
  { id }: ServiceDeploymentRecord,
  occasion: HookOccasion,
): "done" | "waits" | "rolled back" {
  const { now } = draft.view;
  const deployment = draft.serviceDeployment(id)!;
  const begun = occasion.step === undefined ? [] : hooksOf(deployment, occasion, now);
  const fresh = begun.filter((hook) => !deployment.hooks.some(({ hookId }) => hookId === hook.hookId));
  const hooks: LifecycleHookState[] = [...deployment.hooks, ...fresh].map((hook) =>
    isDue(hook, now) ? { ...hook, status: timedOut } : hook,
  );
  const own = hooks.filter(({ stage }) => stage === occasion.stage);
  const changed = fresh.length > 0 || hooks.some((hook, i) => hook !== deployment.hooks[i]);
  if (changed) draft.changeServiceDeployment(deployment, { hooks });
  const lost = own.find(
    (hook) => hook.status === "FAILED" || (hook.status === timedOut && hook.timeoutAction === "ROLLBACK"),
  );
  if (lost !== undefined) {
    draft.tell((words) => words.failed(draft.primary.id, `lifecycle hook ${lost.hookId} did not succeed`));
    rollBack(draft, draft.serviceDeployment(id)!, { why: whyLost(lost, deployment), cause: "hook" });
    return "rolled back";
  }
  const open = own.filter(({ status }) => status === "AWAITING_ACTION" || status === "IN_PROGRESS");
  draft.looks.push(...open.map(({ expiresAt }) => expiresAt));
  draft.waits.push(...open.map(waitOf));
  return open.length > 0 ? "waits" : "done";
}

function waitOf({ hookId, stage, status, timeoutAction, expiresAt }: LifecycleHookState): ServiceWait {
  return { on: "hook", hookId, stage, paused: status === "AWAITING_ACTION", timeoutAction, until: expiresAt };
}

const timedOut = "TIMED_OUT" as const;

function whyLost(
  { hookId, index, stage, status, reason = "failed" }: LifecycleHookState,
  { deploymentConfiguration: { lifecycleHooks } }: ServiceDeploymentRecord,
): string {
  // AWS names the function; the URL in its place may have a secret in it.
  const what = lifecycleHooks[index]?.targetType === "PAUSE" ? "Lifecycle hook" : "Lifecycle hook target";
  return rollbackReasons.hook(stage, `${what} ${hookId} ${status === timedOut ? "timed out" : reason}.`);
}

function isDue({ status, expiresAt }: LifecycleHookState, now: number): boolean {
  return (status === "AWAITING_ACTION" || status === "IN_PROGRESS") && now >= expiresAt;
}
