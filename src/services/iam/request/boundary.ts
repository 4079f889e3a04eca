import type { RequestContext } from "#kernel/handler.ts";
import type { Read } from "#kernel/store.ts";
import type { PolicyRecord } from "../model.ts";
import { managedPolicy, noSuchEntity } from "./find.ts";

/** What a commit that sets this permissions boundary must find unchanged. Refuses a policy that does not exist. */
export async function boundaryPolicy(
  ctx: RequestContext,
  policyArn: string | undefined,
): Promise<readonly Read<PolicyRecord>[]> {
  if (policyArn === undefined) return [];
  const policy = await managedPolicy(ctx, policyArn);
  if (policy === undefined) throw noSuchEntity(`Scope ARN: ${policyArn} does not exist or is not attachable.`);
  return policy.fence;
}
