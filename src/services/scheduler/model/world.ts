import { formatArn, partitionOf } from "#kernel/arn.ts";

/** Account and region. */
export interface World {
  readonly account: string;
  readonly region: string;
}

/** `000000000000/us-east-1` */
export function worldOf({ account, region }: World): string {
  return `${account}/${region}`;
}

export function schedulerArn({ account, region }: World, resource: string): string {
  return formatArn({ partition: partitionOf(region), service: "scheduler", region, account, resource });
}
