import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { groupController } from "./controllers/group/controller.ts";
import { scheduleController } from "./controllers/schedule/controller.ts";
import { scheduleGroups, schedules } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { SchedulerParts } from "./request/handler.ts";

export const schedulerCollections = [scheduleGroups, schedules];
export type SchedulerOptions = SchedulerParts;

/** Amazon EventBridge Scheduler. What it has to deliver is delivered by EventBridge. */
export function createScheduler(options: SchedulerOptions): ServiceModule {
  return {
    name: "scheduler",
    operations: createOperations(options),
    controllers: [scheduleController, groupController],
    collections: schedulerCollections,
    authorization,
  };
}
