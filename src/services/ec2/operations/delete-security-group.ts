import { networkInterfaces, securityGroupNameKey, securityGroups } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { removeUnlessUsed } from "../request/removal.ts";
import { findGroup } from "../rules/groups.ts";

/** Deletes a group that no interface has and that no rule of another group names. */
export const DeleteSecurityGroup: Ec2Handler<"DeleteSecurityGroup"> = async (input, ctx) => {
  const byId = input.GroupId !== undefined;
  const group = byId ? await find(ctx, kinds.securityGroup, input.GroupId) : await findGroup(ctx, input);
  const { groupId, groupName, vpcId } = group.value;
  if (groupName === "default") {
    const message = `the specified group: "${groupId}" name: "default" cannot be deleted by a user`;
    throw ctx.fault("CannotDelete", message);
  }
  const usedBy = () => {
    const interfaces = ctx.store.view(networkInterfaces).count("group", groupId);
    const rules = ctx.store.view(securityGroups).count("peer", groupId);
    if (interfaces + rules === 0) return undefined;
    return ctx.fault("DependencyViolation", `resource ${groupId} has a dependent object`);
  };
  await removeUnlessUsed(ctx, group, usedBy, () => ({ remove: [securityGroupNameKey(vpcId, groupName)] }));
  return { Return: true, GroupId: groupId };
};
