import { arnIn, type World } from "#kernel/world.ts";

/** `arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/50dc6c495c0c9188` */
export function elbArn(world: World, resource: string): string {
  return arnIn(world, "elasticloadbalancing", resource);
}
