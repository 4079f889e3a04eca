import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World } from "#kernel/world.ts";

/** Where something is in the files of the audit trail: their numbers grow, and so do the offsets in bytes. */
export interface TrailPosition {
  readonly file: number;
  readonly offset: number;
}

/** A trail of CloudTrail: which records of calls are delivered to which log group. `region` is its home region. */
export interface TrailRecord extends World {
  readonly name: string;
  /** The model wants one; nothing is delivered to it, for there is no S3, and `GetTrailStatus` says so. */
  readonly s3BucketName: string;
  readonly s3KeyPrefix?: string;
  readonly includeGlobalServiceEvents: boolean;
  readonly isMultiRegionTrail: boolean;
  /** With `:*` at the end. */
  readonly logGroupArn: string;
  readonly logsRoleArn: string;
  readonly selectors: EventSelectors;
  /** Set while it delivers: records from here on. */
  readonly from?: TrailPosition;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which events are delivered. */
export interface EventSelectors {
  /** The caller's own; absent: those that each trail has. */
  readonly given?: true;
  readonly list: readonly EventSelectorRecord[];
}

export interface EventSelectorRecord {
  readonly readWriteType: "All" | "ReadOnly" | "WriteOnly";
  readonly includeManagementEvents: boolean;
  /** `kms.amazonaws.com` */
  readonly excludedSources: readonly string[];
}

export const allEvents: EventSelectors = {
  list: [{ readWriteType: "All", includeManagementEvents: true, excludedSources: [] }],
};

/** Index `account`: all trails of the account, whatever their region. */
export const trails: Collection<TrailRecord, "account"> = {
  name: "cloudtrail/trail",
  indexes: { account: (trail) => trail.account },
};

export function trailKey({ account, region }: World, name: string): Key<TrailRecord> {
  return keyOf(trails, account, region, name);
}

export function trailArn({ account, region, name }: World & { readonly name: string }): string {
  const resource = `trail/${name}`;
  return arnIn({ account, region }, "cloudtrail", resource);
}
