import { parseArn } from "#kernel/arn.ts";
import { arnIn, type World } from "#kernel/world.ts";

/** `arn:aws:servicediscovery:us-east-1:000000000000:service/srv-abcdefghijklmnop` */
export function discoveryArn(world: World, kind: "namespace" | "service", id: string): string {
  return arnIn(world, "servicediscovery", `${kind}/${id}`);
}

/**
 * Where the resource is that a caller names by its id or its ARN; ids are of the given world. Undefined for an ARN of
 * something else.
 */
export function locate(
  { account, region }: World,
  kind: "namespace" | "service",
  text: string,
): (World & { readonly id: string }) | undefined {
  if (!text.startsWith("arn:")) return { account, region, id: text };
  const arn = parseArn(text);
  if (arn?.service !== "servicediscovery" || !arn.resource.startsWith(`${kind}/`)) return undefined;
  return { account: arn.account, region: arn.region, id: arn.resource.slice(kind.length + 1) };
}
