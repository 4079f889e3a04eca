import { pageOf } from "#kernel/pagination.ts";
import { toAttribute } from "../attributes/attributes.ts";
import { attributesOf } from "../model/attribute.ts";
import { pageStart } from "../paging.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const ListAttributes: EcsHandler<"ListAttributes"> = async (input, ctx) => {
  const { limit, scope, after = "" } = pageStart("ListAttributes", input);
  if (input.targetType !== "container-instance") {
    throw ctx.fault("InvalidParameterException", "targetType must be container-instance.");
  }
  if (input.attributeValue !== undefined && input.attributeName === undefined) {
    throw ctx.fault("InvalidParameterException", "You must specify attributeName when you specify attributeValue.");
  }
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const found = (await ctx.store.list(attributesOf(ctx, clusterName), { after })).filter(
    ({ value: { name, value } }) =>
      (input.attributeName === undefined || name === input.attributeName) &&
      (input.attributeValue === undefined || value === input.attributeValue),
  );
  const { items, nextToken } = pageOf(found, limit, scope, (entry) => entry.key);
  return { attributes: items.map((entry) => toAttribute(entry.value)), ...(nextToken && { nextToken }) };
};
