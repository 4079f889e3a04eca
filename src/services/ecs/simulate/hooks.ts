import type { LifecycleHookState } from "../model/service-deployment.ts";
import type { Fork } from "./fork.ts";

/** Lifecycle hooks succeed at once, and pauses are continued at once. Says so of each. */
export function answerHooks(fork: Fork): string[] {
  const told: string[] = [];
  for (const [id, deployment] of fork.serviceDeployments) {
    const open = deployment.hooks.filter(isOpen);
    if (open.length === 0) continue;
    told.push(...open.map(wordsOf));
    const hooks = deployment.hooks.map((hook) => (isOpen(hook) ? ({ ...hook, status: "SUCCEEDED" } as const) : hook));
    fork.serviceDeployments.set(id, { ...deployment, hooks });
  }
  return told;
}

function isOpen({ status }: LifecycleHookState): boolean {
  return status === "AWAITING_ACTION" || status === "IN_PROGRESS";
}

function wordsOf({ hookId, stage, status }: LifecycleHookState): string {
  const what = status === "AWAITING_ACTION" ? "pauses the deployment; taken as continued" : "is called; taken as done";
  return `The lifecycle hook ${hookId} of ${stage} ${what} at once.`;
}
