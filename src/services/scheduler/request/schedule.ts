import type { CreateScheduleInput, GetScheduleOutput, ScheduleSummary } from "#generated/scheduler/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { parseSchedule } from "#kernel/schedule/schedule.ts";
import { isTimeZone } from "#kernel/schedule/zone.ts";
import { defaultGroupName, groupArn, groupIfAny, type ScheduleRecord, scheduleArn } from "../model.ts";
import type { SchedulerParts } from "./handler.ts";
import { addressOf } from "./target.ts";

/** As whom EventBridge Scheduler takes on roles. */
export const schedulerPrincipal = "scheduler.amazonaws.com";

type Given = Omit<
  ScheduleRecord,
  "account" | "region" | "since" | "firedAt" | "clientToken" | "creationDate" | "lastModificationDate"
>;

/** What a request says of a schedule, checked. What it leaves out has its default: an update keeps nothing. */
export function givenSchedule(ctx: RequestContext, input: CreateScheduleInput, parts: SchedulerParts): Given {
  checkTimes(ctx, input);
  if (input.KmsKeyArn !== undefined) throw invalid("KmsKeyArn is not supported on this platform.");
  const { Name, GroupName = defaultGroupName, Target, Description, StartDate, EndDate } = input;
  const address = addressOf(Target, { account: ctx.account, region: ctx.region, name: Name }, parts);
  if (!ctx.canAssume(Target.RoleArn, schedulerPrincipal, groupArn(ctx, GroupName))) {
    throw invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  }
  const window = input.FlexibleTimeWindow.MaximumWindowInMinutes;
  return {
    ...{ groupName: GroupName, name: Name, scheduleExpression: input.ScheduleExpression },
    ...{ timezone: input.ScheduleExpressionTimezone ?? "UTC", state: input.State ?? "ENABLED" },
    ...{ actionAfterCompletion: input.ActionAfterCompletion ?? "NONE", target: Target, address },
    ...(Description !== undefined && { description: Description }),
    ...(StartDate !== undefined && { startDate: StartDate }),
    ...(EndDate !== undefined && { endDate: EndDate }),
    ...(window !== undefined && { maximumWindowInMinutes: window }),
  };
}

function checkTimes(ctx: RequestContext, input: CreateScheduleInput): void {
  const { ScheduleExpression, ScheduleExpressionTimezone: zone, FlexibleTimeWindow, StartDate, EndDate } = input;
  if (parseSchedule(ScheduleExpression) === undefined)
    throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (zone !== undefined && !isTimeZone(zone)) throw invalid(`Invalid ScheduleExpressionTimezone ${zone}.`);
  const { Mode, MaximumWindowInMinutes: window } = FlexibleTimeWindow;
  if ((Mode === "FLEXIBLE") !== (window !== undefined)) {
    throw invalid("MaximumWindowInMinutes must be set if, and only if, the mode of FlexibleTimeWindow is FLEXIBLE.");
  }
  if (EndDate !== undefined && EndDate <= ctx.clock.now()) throw invalid("The EndDate must be in the future.");
  if (StartDate !== undefined && EndDate !== undefined && StartDate >= EndDate) {
    throw invalid("The StartDate must be before the EndDate.");
  }
}

function invalid(message: string): Fault {
  return new Fault("ValidationException", message);
}

/** Refuses a group that there is not, or that is being deleted. */
export function requireGroup(ctx: RequestContext, name: string) {
  const found = groupIfAny(ctx.store, ctx, name);
  if (found === undefined) throw new Fault("ResourceNotFoundException", `Schedule group ${name} does not exist.`);
  return found;
}

export function requireActiveGroup(ctx: RequestContext, name: string) {
  const found = requireGroup(ctx, name);
  if (found.group.state === "ACTIVE") return found;
  throw new Fault("ConflictException", `Schedule group ${name} is being deleted.`);
}

export function noSchedule(name: string): Fault {
  return new Fault("ResourceNotFoundException", `Schedule ${name} does not exist.`);
}

export function toSchedule(schedule: ScheduleRecord): GetScheduleOutput {
  const { maximumWindowInMinutes: window } = schedule;
  return {
    Arn: scheduleArn(schedule),
    Name: schedule.name,
    GroupName: schedule.groupName,
    Description: schedule.description,
    ScheduleExpression: schedule.scheduleExpression,
    ScheduleExpressionTimezone: schedule.timezone,
    StartDate: schedule.startDate,
    EndDate: schedule.endDate,
    State: schedule.state,
    FlexibleTimeWindow: window === undefined ? { Mode: "OFF" } : { Mode: "FLEXIBLE", MaximumWindowInMinutes: window },
    ActionAfterCompletion: schedule.actionAfterCompletion,
    Target: { ...schedule.target, RetryPolicy: { ...defaultRetryPolicy, ...schedule.target.RetryPolicy } },
    CreationDate: schedule.creationDate,
    LastModificationDate: schedule.lastModificationDate,
  };
}

const defaultRetryPolicy = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** As lists show it. */
export function toSummary(schedule: ScheduleRecord): ScheduleSummary {
  return {
    Arn: scheduleArn(schedule),
    Name: schedule.name,
    GroupName: schedule.groupName,
    State: schedule.state,
    Target: { Arn: schedule.target.Arn },
    CreationDate: schedule.creationDate,
    LastModificationDate: schedule.lastModificationDate,
  };
}
