import { formatArn, partitionOf } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/** A dashboard of an account: dashboards are of no region. */
export interface DashboardRecord {
  readonly account: string;
  readonly name: string;
  /** JSON, as it was put. */
  readonly body: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Index `account`. */
export const dashboards: Collection<DashboardRecord, "account"> = {
  name: "cloudwatch/dashboard",
  indexes: { account: ({ account }) => account },
};

export function dashboardKey(account: string, name: string): Key<DashboardRecord> {
  return keyOf(dashboards, account, name);
}

/** `arn:aws:cloudwatch::000000000000:dashboard/NAME` */
export function dashboardArn({ account, region }: World, name: string): string {
  return formatArn({
    ...{ partition: partitionOf(region), service: "cloudwatch", region: "", account },
    resource: `dashboard/${name}`,
  });
}

/** The name of the account's dashboard with this ARN; undefined for an ARN of something else. */
export function dashboardNameOf(world: World, text: string): string | undefined {
  const name = /:dashboard\/(.+)$/s.exec(text)?.[1];
  return name !== undefined && text === dashboardArn(world, name) ? name : undefined;
}
