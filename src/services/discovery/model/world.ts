import { formatArn, parseArn, partitionOf } from "#kernel/arn.ts";

/** Account and region. */
export interface World {
  readonly account: string;
  readonly region: string;
}

/** `000000000000/us-east-1` */
export function worldOf({ account, region }: World): string {
  return `${account}/${region}`;
}

/** `arn:aws:servicediscovery:us-east-1:000000000000:service/srv-abcdefghijklmnop` */
export function discoveryArn({ account, region }: World, kind: "namespace" | "service", id: string): string {
  const partition = partitionOf(region);
  return formatArn({ partition, service: "servicediscovery", region, account, resource: `${kind}/${id}` });
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
