import type { EntityType, GetAccountAuthorizationDetailsResponse } from "#generated/iam/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { isAwsManaged } from "../managed/index.ts";
import {
  type GroupRecord,
  groups,
  type PolicyRecord,
  policies,
  type RoleRecord,
  roles,
  type UserRecord,
  users,
} from "../model.ts";
import { toGroupDetail, toPolicyDetail, toRoleDetail, toUserDetail } from "../request/details.ts";
import { managedPolicy } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** One of the things listed. All kinds share one list of pages. */
type Item =
  | { readonly kind: "Group"; readonly at: string; readonly value: GroupRecord }
  | { readonly kind: "Policy"; readonly at: string; readonly value: PolicyRecord; readonly arn: string }
  | { readonly kind: "Role"; readonly at: string; readonly value: RoleRecord }
  | { readonly kind: "User"; readonly at: string; readonly value: UserRecord };

export const GetAccountAuthorizationDetails: IamHandler<"GetAccountAuthorizationDetails"> = async (input, ctx) => {
  const found = await allItems(ctx, (type) => input.Filter === undefined || input.Filter.includes(type));
  const { items, more } = listPage("GetAccountAuthorizationDetails", input, found, ({ at }) => at);
  const answer: GetAccountAuthorizationDetailsResponse = {
    UserDetailList: items.flatMap((item) => (item.kind === "User" ? [toUserDetail(ctx, item.value)] : [])),
    GroupDetailList: items.flatMap((item) => (item.kind === "Group" ? [toGroupDetail(item.value)] : [])),
    RoleDetailList: items.flatMap((item) => (item.kind === "Role" ? [toRoleDetail(ctx, item.value)] : [])),
    Policies: items.flatMap((item) => (item.kind === "Policy" ? [toPolicyDetail(ctx, item.value, item.arn)] : [])),
  };
  return { ...answer, ...more };
};

async function allItems(ctx: RequestContext, wants: (type: EntityType) => boolean): Promise<Item[]> {
  const { account, store } = ctx;
  const lists = {
    User: store.view(users).by("account", account),
    Group: store.view(groups).by("account", account),
    Role: store.view(roles).by("account", account),
    LocalManagedPolicy: store.view(policies).by("account", account),
  };
  const items: Item[] = [];
  if (wants("User")) items.push(...lists.User.map(({ key, value }) => ({ kind: "User" as const, at: key, value })));
  if (wants("Group")) items.push(...lists.Group.map(({ key, value }) => ({ kind: "Group" as const, at: key, value })));
  if (wants("Role")) items.push(...lists.Role.map(({ key, value }) => ({ kind: "Role" as const, at: key, value })));
  if (wants("LocalManagedPolicy")) {
    const toItem = ({ key, value }: Entry<PolicyRecord>) => ({
      kind: "Policy" as const,
      at: key,
      value,
      arn: value.arn,
    });
    items.push(...lists.LocalManagedPolicy.map(toItem));
  }
  if (!wants("AWSManagedPolicy")) return items;
  // Of AWS's policies, those that are in use.
  const identities = [...lists.User, ...lists.Group, ...lists.Role];
  const attached = new Set(identities.flatMap(({ value }) => value.attachedPolicies.filter(isAwsManaged)));
  for (const arn of attached) {
    const policy = await managedPolicy(ctx, arn);
    if (policy !== undefined) items.push({ kind: "Policy", at: arn, value: policy.value, arn });
  }
  return items;
}
