import type { DescribeAlarmsInput } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { listPage } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { toCompositeAlarm, toMetricAlarm } from "../alarms/output.ts";
import { alarmsIn, parseRule } from "../alarms/rule.ts";
import { type AlarmRecord, alarmNameOf, alarms, type CompositeAlarmRecord } from "../model.ts";
import { invalid } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

const perPage = 50;

export const DescribeAlarms: CloudWatchHandler<"DescribeAlarms"> = async (input, ctx) => {
  const { AlarmNames: names, AlarmNamePrefix: prefix, ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  if (names !== undefined && prefix !== undefined) {
    throw invalid(ctx, "AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.");
  }
  if ((parent !== undefined || child !== undefined) && (names ?? prefix) !== undefined) {
    throw invalid(ctx, "ChildrenOfAlarmName and ParentsOfAlarmName can only be specified alone.");
  }
  const { MaxRecords: limit = perPage, NextToken: token, ...filters } = input;
  const scope = JSON.stringify(["DescribeAlarms", ctx.account, ctx.region, filters]);
  const all = ctx.store
    .view(alarms)
    .by("world", worldOf(ctx))
    .map(({ value }) => value);
  const related = relatives(ctx, input, all);
  const found = all.filter((alarm) => matches(alarm, input) && (related?.has(nameOf(alarm)) ?? true));
  const { items, nextToken } = listPage(found, {
    ...{ scope, token, limit, position: nameOf },
    invalid: () => ctx.fault("InvalidNextToken", "The next token is not valid."),
  });
  return {
    MetricAlarms: items.flatMap((alarm) => (alarm.type === "metric" ? [toMetricAlarm(alarm)] : [])),
    LogAlarms: [],
    CompositeAlarms: items.flatMap((alarm) => (alarm.type === "composite" ? [toCompositeAlarm(alarm)] : [])),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

function nameOf({ configuration }: AlarmRecord): string {
  return configuration.AlarmName;
}

/** Without types only metric alarms are meant. */
function matches(alarm: AlarmRecord, input: DescribeAlarmsInput): boolean {
  const { AlarmTypes: types = ["MetricAlarm"], AlarmNames: names, AlarmNamePrefix: prefix = "" } = input;
  const { StateValue: state, ActionPrefix: action, ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  const isRelative = parent !== undefined || child !== undefined;
  const type = alarm.type === "metric" ? "MetricAlarm" : "CompositeAlarm";
  if (!types.includes(type) && !(isRelative && input.AlarmTypes === undefined)) return false;
  if (!(names?.includes(nameOf(alarm)) ?? true) || !nameOf(alarm).startsWith(prefix)) return false;
  if (state !== undefined && alarm.stateValue !== state) return false;
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = alarm.configuration;
  const actions = [...AlarmActions, ...OKActions, ...InsufficientDataActions];
  return action === undefined || actions.some((each) => each.startsWith(action));
}

/** The names of the children or the parents that are asked for; undefined: none are. */
function relatives(
  ctx: RequestContext,
  { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child }: DescribeAlarmsInput,
  all: readonly AlarmRecord[],
): Set<string> | undefined {
  const composites = all.filter((alarm): alarm is CompositeAlarmRecord => alarm.type === "composite");
  const childrenOf = ({ configuration }: CompositeAlarmRecord) =>
    alarmsIn(parseRule(configuration.AlarmRule)).map((named) => alarmNameOf(ctx, named) ?? named);
  if (parent !== undefined) {
    return new Set(composites.filter((alarm) => nameOf(alarm) === parent).flatMap(childrenOf));
  }
  if (child === undefined) return undefined;
  return new Set(composites.filter((alarm) => childrenOf(alarm).includes(child)).map(nameOf));
}
