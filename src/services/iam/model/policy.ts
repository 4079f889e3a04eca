import { parseArn } from "#kernel/arn.ts";
import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import { type Named, nameKey, type Tag } from "./common.ts";

/** A managed policy: a customer's is a record of the store, AWS's own are data of the platform (see managed/). */
export interface PolicyRecord extends Named {
  readonly policyName: string;
  /** `ANPA...` */
  readonly policyId: string;
  readonly description?: string;
  /** When a version was made last. */
  readonly updatedAt: number;
  readonly defaultVersionId: string;
  /** From the oldest to the newest, at most 5. */
  readonly versions: readonly PolicyVersionRecord[];
  /** The number of the newest version that there has been: numbers are not used again. */
  readonly lastVersion: number;
  readonly tags: readonly Tag[];
  /** Its removal is under way: nothing may be attached to it. */
  readonly closing?: true;
}

export interface PolicyVersionRecord {
  /** `v1` */
  readonly versionId: string;
  /** The JSON text as it was given. */
  readonly document: string;
  readonly createdAt: number;
}

/** Customers' managed policies. Their names are unique in the account, whatever their paths. */
export const policies: Collection<PolicyRecord, "account"> = {
  name: "iam/policy",
  indexes: { account: (policy) => policy.account },
};

export function policyKey(account: string, policyName: string): Key<PolicyRecord> {
  return keyOf(policies, account, nameKey(policyName));
}

export function policiesOf(account: string): Prefix<PolicyRecord> {
  return prefixOf(policies, account);
}

/** Where the managed policy of this ARN would be; the record found there is it only if its `arn` is the same. */
export function policyKeyOfArn(policyArn: string): Key<PolicyRecord> | undefined {
  const arn = parseArn(policyArn);
  const name = arn?.resource.split("/").at(-1);
  if (arn === undefined || name === undefined || arn.service !== "iam" || !arn.resource.startsWith("policy/")) {
    return undefined;
  }
  return policyKey(arn.account, name);
}

/** The version that is in force. */
export function defaultVersion(policy: PolicyRecord): PolicyVersionRecord {
  return policy.versions.find(({ versionId }) => versionId === policy.defaultVersionId)!;
}
