import type { Operations } from "#generated/scheduler/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { SchedulerParts } from "../request/handler.ts";
import { createSchedule } from "./create-schedule.ts";
import { CreateScheduleGroup } from "./create-schedule-group.ts";
import { DeleteSchedule } from "./delete-schedule.ts";
import { DeleteScheduleGroup } from "./delete-schedule-group.ts";
import { GetSchedule } from "./get-schedule.ts";
import { GetScheduleGroup } from "./get-schedule-group.ts";
import { ListScheduleGroups } from "./list-schedule-groups.ts";
import { ListSchedules } from "./list-schedules.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { updateSchedule } from "./update-schedule.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: SchedulerParts) {
  return {
    CreateSchedule: createSchedule(parts),
    CreateScheduleGroup,
    DeleteSchedule,
    DeleteScheduleGroup,
    GetSchedule,
    GetScheduleGroup,
    ListScheduleGroups,
    ListSchedules,
    ListTagsForResource,
    TagResource,
    UntagResource,
    UpdateSchedule: updateSchedule(parts),
  } satisfies Handlers<Operations>;
}
