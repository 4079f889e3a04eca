import type { Operations } from "#generated/scheduler/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  passRole,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { defaultGroupName, groupArn, groupIfAny, scheduleArn, schedulerArn } from "./model.ts";
import { schedulerPrincipal } from "./request/schedule.ts";

interface NamesSchedule {
  readonly Name: string;
  readonly GroupName?: string;
}

const onSchedule: OperationAuthorization<NamesSchedule> = {
  resources: (input, scope) => [scheduleOf(input, scope)],
};
const withRole: OperationAuthorization<NamesSchedule & { readonly Target: { readonly RoleArn: string } }> = {
  ...onSchedule,
  also: ({ Target }) => [passRole(Target.RoleArn, schedulerPrincipal)],
};
const onGroup: OperationAuthorization<{ readonly Name: string }> = {
  resources: ({ Name }, scope) => [groupArn(scope, Name)],
};
const onArn: OperationAuthorization<{ readonly ResourceArn: string }> = {
  resources: ({ ResourceArn }) => [ResourceArn],
};

/** "Actions, resources, and condition keys for Amazon EventBridge Scheduler" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  CreateSchedule: withRole,
  CreateScheduleGroup: {
    ...onGroup,
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: ({ Name, Tags }, scope) =>
      Tags?.length
        ? [{ action: "scheduler:TagResource", resource: groupArn(scope, Name), requestTags: tagsOf(Tags) }]
        : [],
  },
  DeleteSchedule: onSchedule,
  DeleteScheduleGroup: {
    resources: ({ Name }, scope) => [groupArn(scope, Name)],
    also: ({ Name }, scope) => [
      { action: "scheduler:DeleteSchedule", resource: scheduleOf({ Name: "*", GroupName: Name }, scope) },
    ],
  },
  GetSchedule: onSchedule,
  GetScheduleGroup: onGroup,
  ListScheduleGroups: { resources: (_input, scope) => [schedulerArn(scope, "schedule-group/*")] },
  ListSchedules: { resources: (_input, scope) => [schedulerArn(scope, "schedule/*/*")] },
  ListTagsForResource: onArn,
  TagResource: { ...onArn, requestTags: ({ Tags }) => tagsOf(Tags) },
  UntagResource: { ...onArn, tagKeys: ({ TagKeys }) => TagKeys },
  UpdateSchedule: withRole,
};

export const authorization: ServiceAuthorization = {
  prefix: "scheduler",
  operations,
  resourceTags(text, scope) {
    const arn = parseArn(text);
    const [kind, group = ""] = arn?.resource.split("/") ?? [];
    if (arn?.service !== "scheduler" || kind !== "schedule-group") return undefined;
    return groupIfAny(scope.store, arn, group)?.group.tags;
  },
};

function scheduleOf({ Name, GroupName = defaultGroupName }: NamesSchedule, scope: AuthorizationScope): string {
  return scheduleArn({ account: scope.account, region: scope.region, groupName: GroupName, name: Name });
}
