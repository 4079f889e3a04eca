import type { Entry } from "#kernel/store.ts";
import { groups, type Identity, roles, users, within } from "../model.ts";
import { managedPolicy, policyNotFound } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListEntitiesForPolicy: IamHandler<"ListEntitiesForPolicy"> = async (input, ctx) => {
  const { PolicyArn: arn, EntityFilter: only, PathPrefix: prefix = "/", PolicyUsageFilter: usage } = input;
  if ((await managedPolicy(ctx, arn)) === undefined) throw policyNotFound(arn);
  const value = within(ctx.account, arn);
  const boundary = usage === "PermissionsBoundary";
  const [groupView, userView, roleView] = [ctx.store.view(groups), ctx.store.view(users), ctx.store.view(roles)];
  const index = boundary ? "boundary" : "attachedPolicy";
  const found: Entry<Identity>[] = [
    ...(wants("Group", only) && !boundary ? groupView.by("attachedPolicy", value) : []),
    ...(wants("Role", only) ? roleView.by(index, value) : []),
    ...(wants("User", only) ? userView.by(index, value) : []),
  ];
  const matching = found.filter((entity) => entity.value.path.startsWith(prefix));
  const { items, more } = listPage("ListEntitiesForPolicy", input, matching, ({ key }) => key);
  const keys = new Set<string>(items.map(({ key }) => key));
  const shown = <T>(entries: readonly Entry<T>[]) => entries.filter(({ key }) => keys.has(key)).map((e) => e.value);
  return {
    PolicyGroups: shown(groupView.by("attachedPolicy", value)).map((group) => ({
      GroupName: group.groupName,
      GroupId: group.groupId,
    })),
    PolicyUsers: shown(userView.by(index, value)).map(({ userName, userId }) => ({
      UserName: userName,
      UserId: userId,
    })),
    PolicyRoles: shown(roleView.by(index, value)).map(({ roleName, roleId }) => ({
      RoleName: roleName,
      RoleId: roleId,
    })),
    ...more,
  };
};

function wants(type: string, only: string | undefined): boolean {
  return only === undefined || only === type;
}
