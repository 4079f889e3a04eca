import { listPage } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { groupNameOf } from "../lookup.ts";
import { logGroupKey, logResourcePolicies, logResourcePolicyKey } from "../model.ts";
import { invalid, toResourcePolicy } from "../resource-policies.ts";
import type { LogsHandler } from "./handler.ts";

/** Those of the account, or with the scope RESOURCE those of log groups. */
export const DescribeResourcePolicies: LogsHandler<"DescribeResourcePolicies"> = async (input, ctx) => {
  const { resourceArn, nextToken: token, limit = 50 } = input;
  const policyScope = input.policyScope ?? (resourceArn === undefined ? "ACCOUNT" : "RESOURCE");
  if (resourceArn !== undefined) {
    if (policyScope === "ACCOUNT") throw invalid("resourceArn can only be specified with the policyScope RESOURCE.");
    const logGroupName = groupNameOf(ctx, resourceArn);
    const group = logGroupName === undefined ? undefined : await ctx.store.get(logGroupKey(ctx, logGroupName));
    // Its model knows no other fault.
    if (logGroupName === undefined || !group?.value) throw invalid("The specified log group does not exist.");
    const { value } = await ctx.store.get(logResourcePolicyKey(ctx, { logGroupName }));
    return { resourcePolicies: value === undefined ? [] : [toResourcePolicy(value)] };
  }
  const there = ctx.store.view(logResourcePolicies).by("world", worldOf(ctx));
  const found = there.filter(({ value }) => "policyName" in value.of === (policyScope === "ACCOUNT"));
  const { items, nextToken } = listPage(found, {
    ...{ scope: `DescribeResourcePolicies ${policyScope}`, token, limit, position: ({ key }) => key },
    invalid: () => invalid("The specified nextToken is invalid."),
  });
  const resourcePolicies = items.map(({ value }) => toResourcePolicy(value));
  return { resourcePolicies, ...(nextToken !== undefined && { nextToken }) };
};
