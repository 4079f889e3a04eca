import type { Attribute } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { invalid } from "../faults.ts";
import { readInstance } from "../instances/lookup.ts";
import type { AttributeRecord } from "../model/attribute.ts";
import type { ContainerInstanceRecord } from "../model/container-instance.ts";

const maxCustomAttributes = 10;

/** The container instance that an attribute is meant for. Throws `TargetNotFoundException`. */
export async function requireTarget(
  ctx: RequestContext,
  clusterName: string,
  attribute: Attribute,
): Promise<Entry<ContainerInstanceRecord>> {
  checkTargetReference(attribute);
  const found = await readInstance(ctx, clusterName, attribute.targetId!);
  if (found.value !== undefined && found.value.status !== "INACTIVE") return found as Entry<ContainerInstanceRecord>;
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

export function toAttribute({
  name,
  value,
  targetId,
}: Pick<AttributeRecord, "name" | "value" | "targetId">): Attribute {
  return { name, ...(value !== undefined && { value }), targetType: "container-instance", targetId };
}
