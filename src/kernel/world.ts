import { formatArn, partitionOf } from "./arn.ts";

/** An account in a region: a world of its own, whose records no other world sees. A `RequestContext` is one. */
export interface World {
  readonly account: string;
  readonly region: string;
}

/** What collections index records of a world by: `000000000000/us-east-1`. */
export function worldOf({ account, region }: World): string {
  return `${account}/${region}`;
}

/** The ARN of a service's resource in a world: `arn:aws:ecs:us-east-1:000000000000:cluster/web`. */
export function arnIn({ account, region }: World, service: string, resource: string): string {
  return formatArn({ partition: partitionOf(region), service, region, account, resource });
}
