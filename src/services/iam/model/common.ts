import type { Random } from "#kernel/random.ts";
import { characters } from "#kernel/random.ts";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** The account and the partition of a record's ARN. IAM is one world for all of an account's regions. */
export interface Owner {
  readonly account: string;
  readonly partition: string;
}

/** What users, groups, roles, policies and instance profiles have in common. */
export interface Named {
  readonly account: string;
  /** Begins and ends with a slash: `/`, `/engineering/`. */
  readonly path: string;
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A policy that is part of its user, group or role. */
export interface InlinePolicy {
  readonly policyName: string;
  /** The JSON text as it was given. */
  readonly document: string;
}

/** Users, groups and roles: what policies can be attached to. */
export interface Identity extends Named {
  /** In the order of their names. */
  readonly inlinePolicies: readonly InlinePolicy[];
  /** ARNs of managed policies, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[];
}

/** Names differ by more than case: `Admin` and `admin` cannot both exist, and each finds the other. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** `arn:aws:iam::000000000000:user/engineering/ada`: `type`, `path` and `name` make the resource. */
export function iamArn({ partition, account }: Owner, type: string, path: string, name: string): string {
  return `arn:${partition}:iam::${account}:${type}${path}${name}`;
}

/** The value of indexes by something that is unique only within an account. */
export function within(account: string, value: string): string {
  return `${account} ${value}`;
}

/** The values of the index `attachedPolicy`, which is by `within(account, policyArn)`. */
export function attachedWithin({ account, attachedPolicies }: Identity): readonly string[] {
  return attachedPolicies.map((arn) => within(account, arn));
}

/** The value of the index `boundary`, which is by `within(account, policyArn)`. */
export function boundaryWithin(value: { readonly account: string; readonly permissionsBoundary?: string }) {
  return value.permissionsBoundary === undefined ? undefined : within(value.account, value.permissionsBoundary);
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The prefixes of unique ids ("IAM identifiers" in the IAM user guide). */
export type IdPrefix = "AGPA" | "AIDA" | "AIPA" | "ANPA" | "ANVA" | "APKA" | "AROA" | "ASCA" | "ACCA";

/** A unique id: the prefix and 17 characters. */
export function uniqueId(random: Random, prefix: IdPrefix): string {
  return prefix + characters(random, 17, base32);
}
