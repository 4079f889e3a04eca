import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { clusterPath } from "./task.ts";

/** An attribute that a caller put on a container instance. Those that the agent reports are the instance's own. */
export interface AttributeRecord extends World {
  readonly clusterName: string;
  /** The last part of the instance's ARN. */
  readonly containerInstanceId: string;
  /** The ARN of the container instance. */
  readonly targetId: string;
  readonly name: string;
  readonly value?: string;
}

export const attributes: Collection<AttributeRecord, "cluster" | "instance"> = {
  name: "ecs/attribute",
  indexes: { cluster: clusterPath, instance: ({ targetId }) => targetId },
};

export function attributeKey(
  world: World,
  clusterName: string,
  containerInstanceId: string,
  name: string,
): Key<AttributeRecord> {
  return keyOf(attributes, world.account, world.region, clusterName, containerInstanceId, name);
}

/** The attributes of one container instance, or of all of a cluster. */
export function attributesOf(
  world: World,
  clusterName: string,
  ...containerInstanceId: readonly string[]
): Prefix<AttributeRecord> {
  return prefixOf(attributes, world.account, world.region, clusterName, ...containerInstanceId);
}
