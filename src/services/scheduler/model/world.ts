import { arnIn, type World } from "#kernel/world.ts";

export function schedulerArn(world: World, resource: string): string {
  return arnIn(world, "scheduler", resource);
}
