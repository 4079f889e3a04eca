import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { accountKey, accounts, principalsNamed, type RoleRecord } from "../model.ts";
import { checkTrustPolicy } from "./documents.ts";

/**
 * What a role's record keeps of a trust policy. Refuses one that names a user or role that there is not; of accounts
 * that this platform does not have nobody knows.
 */
export function trustFields(
  ctx: RequestContext,
  document: string,
): Pick<RoleRecord, "assumeRolePolicyDocument" | "trustedIds"> {
  checkTrustPolicy(document);
  const named = principalsNamed(ctx.store, document);
  const isKnown = (account: string) =>
    account === ctx.account || ctx.store.view(accounts).get(accountKey(account)) !== undefined;
  const missing = named.find(({ id, account }) => id === undefined && isKnown(account));
  if (missing !== undefined) {
    throw new Fault("MalformedPolicyDocumentException", `Invalid principal in policy: "AWS":"${missing.arn}"`);
  }
  const trustedIds = Object.fromEntries(named.flatMap(({ arn, id }) => (id === undefined ? [] : [[arn, id]])));
  return { assumeRolePolicyDocument: document, trustedIds };
}
