import { arnIn, type World } from "#kernel/world.ts";

/** The ARN of an ECS resource of this world: `arn:aws:ecs:us-east-1:000000000000:cluster/web`. */
export function ecsArn(world: World, resource: string): string {
  return arnIn(world, "ecs", resource);
}

/** A tag as the API has it. The order in which a resource was tagged is kept. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}
