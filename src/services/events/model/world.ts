import { arnIn, type World } from "#kernel/world.ts";

export function eventsArn(world: World, resource: string): string {
  return arnIn(world, "events", resource);
}
