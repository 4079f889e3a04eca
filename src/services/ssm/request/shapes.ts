import type { Parameter, ParameterHistory, ParameterMetadata } from "#generated/ssm/types.ts";
import { type ParameterRecord, type ParameterVersionRecord, parameterArn, type VersionDetails } from "../model.ts";

/** A version with its value, as GetParameter and its like answer it. */
export function toParameter(
  parameter: ParameterRecord,
  { type, version, lastModifiedDate, dataType }: ParameterVersionRecord,
  value: string,
  selector?: string,
): Parameter {
  return {
    Name: parameter.name,
    Type: type,
    Value: value,
    Version: version,
    ...(selector && { Selector: selector }),
    LastModifiedDate: lastModifiedDate,
    ARN: parameterArn(parameter, parameter.name),
    DataType: dataType,
  };
}

/** A parameter without its value. */
export function toMetadata({ newest, ...parameter }: ParameterRecord): ParameterMetadata {
  const { account, region, name, version } = parameter;
  return { Name: name, ARN: parameterArn({ account, region }, name), ...detailsOf(newest), Version: version };
}

export function toHistory(
  parameter: ParameterRecord,
  version: ParameterVersionRecord,
  value: string,
): ParameterHistory {
  return {
    Name: parameter.name,
    ...detailsOf(version),
    Value: value,
    Version: version.version,
    Labels: labelsOf(parameter, version.version),
  };
}

/** The labels of a version in the order of their names. */
export function labelsOf({ labels }: ParameterRecord, version: number): string[] {
  return Object.keys(labels)
    .filter((label) => labels[label] === version)
    .sort();
}

function detailsOf(details: VersionDetails) {
  return {
    Type: details.type,
    ...(details.keyId !== undefined && { KeyId: details.keyId }),
    LastModifiedDate: details.lastModifiedDate,
    LastModifiedUser: details.lastModifiedUser,
    ...(details.description !== undefined && { Description: details.description }),
    ...(details.allowedPattern !== undefined && { AllowedPattern: details.allowedPattern }),
    Tier: details.tier,
    Policies: [],
    DataType: details.dataType,
  };
}
