import { pageOf } from "#kernel/pagination.ts";
import type { Store } from "#kernel/store.ts";
import { toAttribute } from "../attributes/attributes.ts";
import { attributesOfInstance } from "../instances/output.ts";
import { type ContainerInstanceRecord, containerInstances } from "../model/container-instance.ts";
import { clusterPath } from "../model/task.ts";
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
  const found = ctx.store
    .view(containerInstances)
    .by("cluster", clusterPath({ ...ctx, clusterName }))
    .flatMap(({ value: instance }) => attributesOfTarget(ctx.store, instance))
    .filter(
      ({ position, name, value }) =>
        position > after &&
        (input.attributeName === undefined || name === input.attributeName) &&
        (input.attributeValue === undefined || value === input.attributeValue),
    );
  const { items, nextToken } = pageOf(found, limit, scope, ({ position }) => position);
  return { attributes: items.map(toAttribute), ...(nextToken && { nextToken }) };
};

/** Those of its agent and those that were put on it, in the order of their names, each with its place in the list. */
function attributesOfTarget(store: Store, instance: ContainerInstanceRecord) {
  const targetId = instance.containerInstanceArn;
  return attributesOfInstance(store, instance)
    .map((attribute) => ({ ...attribute, targetId, position: `${targetId} ${attribute.name}` }))
    .toSorted((a, b) => (a.position < b.position ? -1 : 1));
}
