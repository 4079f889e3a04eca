import type { Target } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import { isJson } from "#kernel/is-json.ts";
import { parseJsonPath } from "../input/json-path.ts";
import { unknownPlaceholders } from "../input/transform.ts";
import type { RuleTarget } from "../model/rule.ts";
import { noQueues, refuse } from "../request/refusals.ts";
import { addressOf, type TargetOwner } from "./address.ts";

/** A target as it is kept. Throws a `ValidationException` for what it cannot be. */
export function toRuleTarget(target: Target, owner: TargetOwner): RuleTarget {
  const address = addressOf(target, owner);
  refuseForeignParameters(target, address.kind);
  checkInput(target);
  const { RoleArn, EcsParameters, HttpParameters } = target;
  return {
    ...{ id: target.Id, arn: target.Arn, address, retry: target.RetryPolicy ?? {} },
    given: {
      ...(RoleArn !== undefined && { RoleArn }),
      ...(EcsParameters && { EcsParameters }),
      ...(HttpParameters && { HttpParameters }),
    },
    ...(target.Input !== undefined && { input: target.Input }),
    ...(target.InputPath !== undefined && { inputPath: target.InputPath }),
    ...(target.InputTransformer && { inputTransformer: target.InputTransformer }),
  };
}

function refuseForeignParameters(target: Target, kind: RuleTarget["address"]["kind"]): void {
  refuse(target.DeadLetterConfig?.Arn, "DeadLetterConfig", noQueues);
  const foreign = {
    ...{ KinesisParameters: target.KinesisParameters, RunCommandParameters: target.RunCommandParameters },
    ...{ BatchParameters: target.BatchParameters, SqsParameters: target.SqsParameters },
    ...{ RedshiftDataParameters: target.RedshiftDataParameters, AppSyncParameters: target.AppSyncParameters },
    SageMakerPipelineParameters: target.SageMakerPipelineParameters,
    ...(kind !== "ecs-task" && { EcsParameters: target.EcsParameters }),
    ...(kind !== "api-destination" && kind !== "http" && { HttpParameters: target.HttpParameters }),
  };
  for (const [name, value] of Object.entries(foreign)) {
    if (value === undefined) continue;
    throw new Fault("ValidationException", `Parameter(s) ${name} not valid for target: ${target.Id}.`);
  }
}

function checkInput({ Id, Input, InputPath, InputTransformer }: Target): void {
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    const message = `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`;
    throw new Fault("ValidationException", message);
  }
  if (Input !== undefined && !isJson(Input)) {
    throw new Fault("ValidationException", `Input for target ${Id} is not valid JSON.`);
  }
  const paths = [InputPath, ...Object.values(InputTransformer?.InputPathsMap ?? {})];
  const bad = paths.find((path) => path !== undefined && parseJsonPath(path) === undefined);
  if (bad !== undefined) throw new Fault("ValidationException", `Invalid JSON path ${bad} for target ${Id}.`);
  const unknown = InputTransformer && unknownPlaceholders(InputTransformer)[0];
  if (unknown === undefined) return;
  const message = `InputTemplate for target ${Id} contains invalid placeholder ${unknown}.`;
  throw new Fault("ValidationException", message);
}
