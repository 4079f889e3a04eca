import type { Target } from "#generated/events/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { World } from "#kernel/world.ts";
import { busReference } from "../model/bus.ts";
import type { HttpExtras, TargetAddress } from "../model/delivery.ts";
import { isEndpoint } from "../request/api-destination.ts";
import { invalidParameter } from "../request/refusals.ts";
import { runTaskRequest } from "./run-task.ts";

/** The rule that a target is of, as streams and tasks are named after it. */
export interface TargetOwner extends World {
  readonly busName: string;
  readonly ruleName: string;
}

/** Where a target is. Throws a `ValidationException` for what cannot be one here, and for what is missing. */
export function addressOf(target: Target, owner: TargetOwner): TargetAddress {
  if (/^https?:\/\//.test(target.Arn))
    return withoutRole(target, { kind: "http", url: checkedUrl(target), http: httpOf(target) });
  const arn = parseArn(target.Arn);
  if (arn === undefined) throw invalidParameter(target.Arn, "Provided Arn is not in correct format.");
  const [kind] = arn.resource.split(/[/:]/);
  const addressIn = resources.get(`${arn.service} ${kind}`);
  if (addressIn === undefined) throw new Fault("ValidationException", unsupported(target.Arn));
  if (kind !== "event-bus") checkPlace(target, arn, owner);
  return addressIn(target, owner);
}

/** By the service of a target's ARN, and the kind of its resource. */
const resources: ReadonlyMap<string, (target: Target, owner: TargetOwner) => TargetAddress> = new Map([
  ["logs log-group", logGroup],
  ["events event-bus", eventBus],
  ["events api-destination", apiDestination],
  ["ecs cluster", ecsTask],
]);

const supported =
  "Targets are log groups of CloudWatch Logs, clusters of Amazon ECS (RunTask), event buses, API destinations, " +
  "and http:// and https:// URLs.";

function unsupported(arn: string): string {
  return `${arn} cannot be a target on this platform. ${supported}`;
}

function checkPlace({ Arn }: Target, at: World, owner: World): void {
  if (at.account === owner.account && at.region === owner.region) return;
  throw new Fault("ValidationException", `The target ${Arn} must be in the account and region of the rule.`);
}

/** Buses have rules of the same name: the stream says which. */
function streamOf({ Id }: Target, { busName, ruleName }: TargetOwner): string {
  return `${busName}/${ruleName}/${Id}`;
}

function logGroup(target: Target, owner: TargetOwner): TargetAddress {
  return withoutRole(target, { kind: "log-group", arn: target.Arn, logStreamName: streamOf(target, owner) });
}

function apiDestination(target: Target): TargetAddress {
  return { kind: "api-destination", arn: target.Arn, roleArn: roleOf(target), http: httpOf(target) };
}

function eventBus(target: Target, owner: TargetOwner): TargetAddress {
  if (target.Input !== undefined || target.InputPath !== undefined || target.InputTransformer !== undefined) {
    const what = `Input, InputPath and InputTransformer are not supported for target ${target.Id}`;
    const message = `${what}: an event bus gets the event as it is.`;
    throw new Fault("ValidationException", message);
  }
  const { account } = busReference({ account: "", region: "" }, target.Arn);
  const roleArn = account === owner.account ? target.RoleArn : roleOf(target);
  return { kind: "event-bus", arn: target.Arn, ...(roleArn !== undefined && { roleArn }) };
}

function ecsTask(target: Target, { ruleName }: TargetOwner): TargetAddress {
  const parameters = target.EcsParameters;
  if (parameters === undefined) {
    const message = `Parameter(s) EcsParameters must be specified for target: ${target.Id}.`;
    throw new Fault("ValidationException", message);
  }
  const tags = (parameters.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value }));
  const startedBy = `events-rule/${ruleName}`;
  const request = runTaskRequest(parameters, { clusterArn: target.Arn, startedBy, tags });
  return { kind: "ecs-task", clusterArn: target.Arn, roleArn: roleOf(target), request };
}

function roleOf({ Arn, RoleArn }: Target): string {
  if (RoleArn !== undefined) return RoleArn;
  throw new Fault("ValidationException", `RoleArn is required for target ${Arn}.`);
}

function withoutRole<T extends TargetAddress>({ Arn, RoleArn }: Target, address: T): T {
  if (RoleArn === undefined) return address;
  throw new Fault("ValidationException", `RoleArn is not supported for target ${Arn}.`);
}

function checkedUrl({ Arn }: Target): string {
  if (isEndpoint(Arn)) return Arn;
  throw invalidParameter(Arn, "Provided URL is not in correct format.");
}

function httpOf({ HttpParameters }: Target): HttpExtras {
  return {
    pathValues: HttpParameters?.PathParameterValues ?? [],
    headers: HttpParameters?.HeaderParameters ?? {},
    query: HttpParameters?.QueryStringParameters ?? {},
  };
}
