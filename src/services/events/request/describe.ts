import type { EventBus, Rule, Target } from "#generated/events/types.ts";
import { busArn, type EventBusRecord, type RuleRecord, type RuleTarget, ruleArn } from "../model.ts";

/** A bus as lists show it. */
export function toBus(bus: EventBusRecord): EventBus {
  return {
    Name: bus.name,
    Arn: busArn(bus, bus.name),
    Description: bus.description,
    Policy: bus.policy,
    CreationTime: bus.creationTime,
    LastModifiedTime: bus.lastModifiedTime,
  };
}

/** A rule as lists show it. */
export function toRule(rule: RuleRecord): Rule {
  return {
    Name: rule.name,
    Arn: ruleArn(rule, rule.busName, rule.name),
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
  };
}

/** A target as it was put. */
export function toTarget(target: RuleTarget): Target {
  return {
    Id: target.id,
    Arn: target.arn,
    Input: target.input,
    InputPath: target.inputPath,
    InputTransformer: target.inputTransformer,
    ...target.given,
    ...(Object.keys(target.retry).length > 0 && { RetryPolicy: target.retry }),
  };
}
