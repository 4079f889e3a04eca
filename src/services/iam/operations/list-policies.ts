import { awsPolicies } from "../managed/catalog.ts";
import { awsPolicyArn } from "../managed/index.ts";
import { policiesOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { attachmentCount, boundaryUsageCount, toPolicy } from "../request/shapes.ts";

export const ListPolicies: IamHandler<"ListPolicies"> = async (input, ctx) => {
  const { Scope: scope = "All", PathPrefix: prefix = "/", OnlyAttached: onlyAttached = false } = input;
  const own = scope === "AWS" ? [] : (await ctx.store.list(policiesOf(ctx.account))).map(({ value }) => value);
  const aws = scope === "Local" ? [] : [...awsPolicies().values()];
  const arnOf = (policy: (typeof own)[number]) =>
    policy.account === ctx.account ? policy.arn : awsPolicyArn(ctx.partition, policy.path + policy.policyName);
  const isUsed = (arn: string) => {
    const asBoundary = () => boundaryUsageCount(ctx.store, ctx.account, arn) > 0;
    const asPermissions = () => attachmentCount(ctx.store, ctx.account, arn) > 0;
    if (input.PolicyUsageFilter === "PermissionsBoundary") return asBoundary();
    if (input.PolicyUsageFilter === "PermissionsPolicy") return asPermissions();
    return !onlyAttached || asPermissions();
  };
  const found = [...own, ...aws].filter((policy) => policy.path.startsWith(prefix) && isUsed(arnOf(policy)));
  const { items, more } = listPage("ListPolicies", input, found, arnOf);
  return { Policies: items.map((policy) => toPolicy(ctx.store, ctx.account, policy, arnOf(policy))), ...more };
};
