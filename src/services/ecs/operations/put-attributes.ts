import type { Entry } from "#kernel/store.ts";
import { checkAttribute, checkAttributeCount, requireTarget, toAttribute } from "../attributes/attributes.ts";
import { type AttributeRecord, attributeKey, attributesOf } from "../model/attribute.ts";
import type { ContainerInstanceRecord } from "../model/container-instance.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const PutAttributes: EcsHandler<"PutAttributes"> = async (input, ctx) => {
  const cluster = await requireCluster(ctx, input.cluster);
  const { clusterName } = cluster.value;
  /** By container instance and name: of one that is given twice the last value holds. */
  const given = new Map<string, AttributeRecord>();
  const targets: Entry<ContainerInstanceRecord>[] = [];
  for (const attribute of input.attributes) {
    checkAttribute(attribute);
    const target = await requireTarget(ctx, clusterName, attribute);
    targets.push(target);
    const { id: containerInstanceId, containerInstanceArn } = target.value;
    const { name, value } = attribute;
    const { account, region } = ctx;
    const at = { account, region, clusterName, containerInstanceId, targetId: containerInstanceArn };
    given.set(`${containerInstanceId} ${name}`, { ...at, name, ...(value !== undefined && { value }) });
  }
  const records = [...given.values()];
  for (const [id, added] of Map.groupBy(records, (record) => record.containerInstanceId)) {
    const existing = await ctx.store.list(attributesOf(ctx, clusterName, id));
    checkAttributeCount(
      existing.map((entry) => entry.value.name),
      added.map((record) => record.name),
    );
  }
  const keyed = (record: AttributeRecord) => attributeKey(ctx, clusterName, record.containerInstanceId, record.name);
  await ctx.store.commit({
    unchanged: [cluster, ...targets],
    put: records.map((record) => ({ key: keyed(record), value: record })),
  });
  return { attributes: records.map(toAttribute) };
};
