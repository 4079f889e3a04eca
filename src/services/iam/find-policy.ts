import type { Store } from "#kernel/store.ts";
import { awsManagedPolicy } from "./managed/index.ts";
import { type PolicyRecord, policies, policyKeyOfArn } from "./model.ts";

/** The managed policy of this ARN, a customer's or AWS's own, from memory. */
export function findPolicy(store: Pick<Store, "view">, policyArn: string): PolicyRecord | undefined {
  const aws = awsManagedPolicy(policyArn);
  if (aws !== undefined) return aws;
  const key = policyKeyOfArn(policyArn);
  const policy = key && store.view(policies).get(key)?.value;
  return policy?.arn === policyArn && !policy.closing ? policy : undefined;
}
