import { formatArn, partitionOf } from "#kernel/arn.ts";

/** An account in a region: a world of its own. A `RequestContext` is one. */
export interface World {
  readonly account: string;
  readonly region: string;
}

/** The ARN of an ECS resource of this world: `arn:aws:ecs:us-east-1:000000000000:cluster/web`. */
export function ecsArn(world: World, resource: string): string {
  return formatArn({
    partition: partitionOf(world.region),
    service: "ecs",
    region: world.region,
    account: world.account,
    resource,
  });
}

/** A tag as the API has it. The order in which a resource was tagged is kept. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}
