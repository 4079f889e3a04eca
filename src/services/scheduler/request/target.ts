import type { Target } from "#generated/scheduler/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import { isJson } from "#kernel/is-json.ts";
import type { World } from "#kernel/world.ts";
import { runTaskRequest, type TargetAddress } from "#services/events/model.ts";
import type { SchedulerParts } from "./handler.ts";

/** The names of services in universal targets that are not those of their models. */
const sdkNames: Readonly<Record<string, string>> = {
  cloudwatchlogs: "logs",
  eventbridge: "events",
  elasticcontainerservice: "ecs",
};

/** Operations that only read cannot be universal targets: prefixes of the Scheduler User Guide. */
const readOnly = new RegExp(
  "^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|" +
    "batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|" +
    "invokeModel)",
  "i",
);

const supported =
  "Targets are clusters of Amazon ECS (RunTask), event buses (PutEvents), and universal targets " +
  "(arn:aws:scheduler:::aws-sdk:service:operation) of the operations that the platform has.";

/** Where a schedule's target is. Throws a `ValidationException` for what cannot be one here. */
export function addressOf(
  target: Target,
  schedule: World & { readonly name: string },
  parts: SchedulerParts,
): TargetAddress {
  const arn = parseArn(target.Arn);
  if (arn === undefined) throw invalid(`Provided Arn is not in correct format: ${target.Arn}`);
  const [kind] = arn.resource.split("/");
  refuseForeignParameters(target, `${arn.service} ${kind}`);
  if (arn.service === "ecs" && kind === "cluster") return ecsTask(target, schedule);
  if (arn.service === "events" && kind === "event-bus") return eventBus(target);
  if (arn.service === "scheduler" && arn.resource.startsWith("aws-sdk:")) return operation(target, arn.resource, parts);
  throw invalid(`${target.Arn} cannot be a target on this platform. ${supported}`);
}

function invalid(message: string): Fault {
  return new Fault("ValidationException", message);
}

function refuseForeignParameters(target: Target, kind: string): void {
  const { DeadLetterConfig, KinesisParameters, SageMakerPipelineParameters, SqsParameters } = target;
  if (DeadLetterConfig?.Arn !== undefined) {
    throw invalid("DeadLetterConfig is not supported on this platform: there are no SQS queues.");
  }
  const foreign = {
    ...{ KinesisParameters, SageMakerPipelineParameters, SqsParameters },
    ...(kind !== "ecs cluster" && { EcsParameters: target.EcsParameters }),
    ...(kind !== "events event-bus" && { EventBridgeParameters: target.EventBridgeParameters }),
  };
  const [name] = Object.entries(foreign).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw invalid(`${name} is not valid for the target ${target.Arn}.`);
}

function ecsTask(target: Target, schedule: World & { readonly name: string }): TargetAddress {
  const parameters = target.EcsParameters;
  if (parameters === undefined) throw invalid(`EcsParameters is required for the target ${target.Arn}.`);
  const { region, account } = parseArn(target.Arn)!;
  if (region !== schedule.region || account !== schedule.account) {
    throw invalid(`The target ${target.Arn} must be in the account and region of the schedule.`);
  }
  const request = runTaskRequest(parameters, {
    ...{ clusterArn: target.Arn, startedBy: `chronos-schedule/${schedule.name}` },
    tags: (parameters.Tags ?? []).flatMap(tagsIn),
  });
  return { kind: "ecs-task", clusterArn: target.Arn, roleArn: target.RoleArn, request };
}

/** The model has maps, which clients fill as `{Key, Value}` or with the tag's own name. */
function tagsIn(map: Readonly<Record<string, string>>): { readonly key: string; readonly value: string }[] {
  const [key, value] = [map.Key ?? map.key, map.Value ?? map.value];
  if (key !== undefined && Object.keys(map).length <= 2) return [{ key, value: value ?? "" }];
  return Object.entries(map).map(([name, text]) => ({ key: name, value: text }));
}

function eventBus(target: Target): TargetAddress {
  requireJson(target);
  const { Source, DetailType } = target.EventBridgeParameters ?? {};
  if (Source === undefined || DetailType === undefined) {
    throw invalid(`EventBridgeParameters is required for the target ${target.Arn}.`);
  }
  if (Source.startsWith("aws.")) throw invalid("EventBridgeParameters.Source must not begin with aws.");
  const entry = { source: Source, detailType: DetailType };
  return { kind: "event-bus", arn: target.Arn, roleArn: target.RoleArn, entry };
}

function operation(target: Target, resource: string, { hasOperation }: SchedulerParts): TargetAddress {
  const [, sdkName = "", name = ""] = resource.split(":");
  const service = sdkNames[sdkName] ?? sdkName;
  const known = name.charAt(0).toUpperCase() + name.slice(1);
  if (readOnly.test(name))
    throw invalid(`${target.Arn} cannot be a target: operations that only read are not supported.`);
  if (!hasOperation(service, known)) throw invalid(`${target.Arn} is not an operation of this platform.`);
  requireJson(target);
  return { kind: "operation", service, operation: known, roleArn: target.RoleArn };
}

/** Of other targets the input may be any text (Target in the API reference). */
function requireJson({ Arn, Input }: Target): void {
  if (Input === undefined || isJson(Input)) return;
  throw invalid(`The Input for the target ${Arn} must be well-formed JSON.`);
}
