import type { HookStage, LifecycleHookState, ServiceDeploymentRecord } from "../../model/service-deployment.ts";

/** What a run is about: the stage, and where traffic is shifted which step it is. */
export interface HookOccasion {
  readonly stage: HookStage;
  /** Tells the steps of a shift apart: the percentage of production traffic that the new revision has. */
  readonly step?: number;
}

/** The runs of hooks that begin: one for each hook that names the stage. Times are milliseconds since the epoch. */
export function hooksOf(
  { deploymentConfiguration }: ServiceDeploymentRecord,
  { stage, step }: HookOccasion,
  now: number,
): LifecycleHookState[] {
  const weight = step ?? (stage === "TEST_TRAFFIC_SHIFT" ? 100 : undefined);
  return deploymentConfiguration.lifecycleHooks.flatMap((hook, index) => {
    if (!hook.lifecycleStages.includes(stage)) return [];
    return {
      hookId: [nameOf(stage), index, ...(step === undefined ? [] : [step])].join("-"),
      index,
      stage,
      status: hook.targetType === "PAUSE" ? "AWAITING_ACTION" : "IN_PROGRESS",
      expiresAt: now + hook.timeoutInMinutes * 60_000,
      timeoutAction: hook.timeoutAction,
      ...(weight !== undefined && { weight }),
    };
  });
}

/**
 * The runs that a rollback begins: hooks that are called at the stages whose traffic goes back ("Lifecycle hooks during
 * rollback"). Nothing waits for them.
 */
export function rollbackHooks(deployment: ServiceDeploymentRecord, now: number): LifecycleHookState[] {
  const { productionTrafficWeight = 0, testTrafficWeight = 0 } = deployment.targetRevision;
  const stages: readonly HookStage[] = [
    ...(productionTrafficWeight > 0 ? (["PRODUCTION_TRAFFIC_SHIFT"] as const) : []),
    ...(testTrafficWeight > 0 ? (["TEST_TRAFFIC_SHIFT"] as const) : []),
  ];
  return stages
    .flatMap((stage) => hooksOf(deployment, { stage }, now))
    .filter(({ status }) => status === "IN_PROGRESS")
    .map((hook) => ({ ...hook, hookId: `rollback-${hook.hookId}`, weight: 0, rollback: true }));
}

function nameOf(stage: HookStage): string {
  return stage.toLowerCase().replaceAll("_", "-");
}
