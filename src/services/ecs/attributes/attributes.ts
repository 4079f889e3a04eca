import type { Attribute } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { AttributeRecord } from "../model/attribute.ts";

export const maxCustomAttributes = 10;

/** A container instance that attributes are put on. */
export interface AttributeTarget {
  readonly containerInstanceId: string;
  readonly containerInstanceArn: string;
}

/**
 * The container instance that an attribute is meant for. There are none on a platform whose tasks all run on Fargate;
 * they come with RegisterContainerInstance, and are to be looked up here.
 */
export async function requireTarget(
  ctx: RequestContext,
  _clusterName: string,
  attribute: Attribute,
): Promise<AttributeTarget> {
  checkTargetReference(attribute);
  throw ctx.fault(
    "TargetNotFoundException",
    "The specified target wasn't found. You can view your available container instances with ListContainerInstances. " +
      "Amazon ECS container instances are cluster-specific and Region-specific.",
  );
}

function checkTargetReference({ targetId, targetType }: Attribute): void {
  if (!targetId) throw invalid("targetId should not be null or empty.");
  if (!targetId.startsWith("arn:") && targetType === undefined) {
    throw invalid("targetType is required when targetId is not an ARN.");
  }
}

/** Throws `InvalidParameterException` unless the name and value are such as an attribute can have. */
export function checkAttribute({ name, value }: Attribute): void {
  if (!/^[\w./\\-]{1,128}$/.test(name)) throw invalid("Attribute.name contains invalid characters.");
  if (/^(ecs|com\.amazonaws)\./.test(name)) throw invalid(`The attribute ${name} is reserved and can not be changed.`);
  if (value !== undefined && (!/^[\w.@/\\: -]{1,128}$/.test(value) || value.trim() !== value)) {
    throw invalid("Attribute.value contains invalid characters.");
  }
}

/** Throws when a container instance would have more than its share of custom attributes. */
export function checkAttributeCount(existing: readonly string[], added: readonly string[]): void {
  if (new Set([...existing, ...added]).size <= maxCustomAttributes) return;
  throw new Fault(
    "AttributeLimitExceededException",
    `You can apply up to ${maxCustomAttributes} custom attributes for each resource.`,
  );
}

export function toAttribute({ name, value, targetId }: AttributeRecord): Attribute {
  return { name, ...(value !== undefined && { value }), targetType: "container-instance", targetId };
}

function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
