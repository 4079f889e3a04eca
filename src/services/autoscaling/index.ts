import type { EventSource } from "#kernel/event-source.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { activityReaper } from "./controllers/activity/reaper.ts";
import { holdsController } from "./controllers/holds/controller.ts";
import { targetController } from "./controllers/target/controller.ts";
import type { ReadAlarm } from "./controllers/target/read.ts";
import { scaledToMax } from "./event.ts";
import { scalableTargets, scalingActivities, scalingPolicies, scheduledActions } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { AlarmCheck } from "./operations/put-scaling-policy.ts";

export const autoScalingCollections = [scalableTargets, scalingActivities, scalingPolicies, scheduledActions];

/** What Application Auto Scaling tells EventBridge. */
export const autoScalingEventSources: readonly EventSource[] = [scaledToMax];

/** What CloudWatch does for it. */
export interface AutoScalingOptions {
  readonly readAlarm: ReadAlarm;
  readonly checkAlarm: AlarmCheck;
}

/** Application Auto Scaling, of services of Amazon ECS. */
export function createAutoScaling({ readAlarm, checkAlarm }: AutoScalingOptions): ServiceModule {
  return {
    name: "application-autoscaling",
    operations: createOperations(checkAlarm),
    controllers: [targetController(readAlarm), holdsController, activityReaper],
    collections: autoScalingCollections,
    authorization,
  };
}
