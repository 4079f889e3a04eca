import { formatArn, partitionOf } from "#kernel/arn.ts";
import type { Absent, Key } from "#kernel/store.ts";

/** Account and region. Every account and region is a world of its own. */
export interface World {
  readonly account: string;
  readonly region: string;
}

export type Tags = Readonly<Record<string, string>>;

/** `000000000000/us-east-1` */
export function worldOf({ account, region }: World): string {
  return `${account}/${region}`;
}

/** `arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/50dc6c495c0c9188` */
export function elbArn({ account, region }: World, resource: string): string {
  const partition = partitionOf(region);
  return formatArn({ partition, service: "elasticloadbalancing", region, account, resource });
}

/** For `Commit.unchanged`: the commit is refused when a record with this key exists. */
export function absent<T>(key: Key<T>): Absent<T> {
  return { key, value: undefined, modRevision: 0, createRevision: 0 };
}
