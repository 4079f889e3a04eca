import { type Entry, eachOnce } from "#kernel/store.ts";
import { requireTarget, toAttribute } from "../attributes/attributes.ts";
import { type AttributeRecord, attributeKey } from "../model/attribute.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** An attribute is named by its name alone, or by name and value. Those that are not there are passed over. */
export const DeleteAttributes: EcsHandler<"DeleteAttributes"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const found: Entry<AttributeRecord>[] = [];
  for (const attribute of input.attributes) {
    const { id } = (await requireTarget(ctx, clusterName, attribute)).value;
    const entry = await ctx.store.get(attributeKey(ctx, clusterName, id, attribute.name));
    if (entry.value === undefined) continue;
    if (attribute.value === undefined || attribute.value === entry.value.value) found.push(entry);
  }
  const removed = eachOnce(found);
  await ctx.store.commit({ unchanged: removed, remove: removed.map((entry) => entry.key) });
  return { attributes: removed.map((entry) => toAttribute(entry.value)) };
};
