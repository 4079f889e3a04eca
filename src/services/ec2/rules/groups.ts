import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import {
  type SecurityGroup,
  securityGroupKey,
  securityGroupNameIndex,
  securityGroups,
  type Vpc,
  vpcs,
} from "../model.ts";
import { missing } from "../request/accept.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";

/** The account's default VPC in this region, unless the user has deleted it. */
export function defaultVpcOf(scope: World & { readonly store: Pick<Store, "view"> }): Entry<Vpc> | undefined {
  const all = scope.store.view(vpcs).by("region", worldOf(scope));
  return all.find((entry) => entry.value.isDefault && !entry.value.closing);
}

/** A group that a request names by its id, or by its name in the default VPC. */
export async function findGroup(
  ctx: RequestContext,
  input: { readonly GroupId?: string; readonly GroupName?: string },
): Promise<Entry<SecurityGroup>> {
  if (input.GroupId !== undefined) return findOpen(ctx, kinds.securityGroup, input.GroupId);
  if (input.GroupName === undefined) throw missing(ctx, "groupName or groupId");
  const vpc = defaultVpcOf(ctx);
  if (vpc === undefined) throw ctx.fault("VPCIdNotSpecified", "No default VPC for this user");
  return findGroupByName(ctx, vpc.value.vpcId, input.GroupName);
}

/** The group with this name in a VPC. */
export function findGroupByName(ctx: RequestContext, vpcId: string, groupName = ""): Entry<SecurityGroup> {
  const found = ctx.store.view(securityGroups).by("name", securityGroupNameIndex(vpcId, groupName))[0];
  if (found !== undefined && !found.value.closing) return found;
  const where = defaultVpcOf(ctx)?.value.vpcId === vpcId ? "default VPC" : "VPC";
  throw ctx.fault("InvalidGroup.NotFound", `The security group '${groupName}' does not exist in ${where} '${vpcId}'`);
}

/** The groups that an interface is to have: those named, of its VPC, or the VPC's default group. */
export async function interfaceGroups(
  ctx: RequestContext,
  vpcId: string,
  groupIds: readonly string[] = [],
): Promise<readonly Entry<SecurityGroup>[]> {
  if (groupIds.length === 0) return [findGroupByName(ctx, vpcId, "default")];
  checkQuota(ctx, "securityGroupsPerInterface", new Set(groupIds).size);
  const groups = await Promise.all([...new Set(groupIds)].map((id) => groupOfInterface(ctx, id)));
  if (groups.some((group) => group.value.vpcId !== vpcId)) {
    const message = "You have specified two resources that belong to different networks.";
    throw ctx.fault("InvalidGroup.NotFound", message);
  }
  return groups;
}

/** The operations on interfaces have a word of their own for a group that there is not. */
async function groupOfInterface(ctx: RequestContext, groupId: string): Promise<Entry<SecurityGroup>> {
  const group = await ctx.store.get(securityGroupKey(ctx, groupId));
  if (group.value !== undefined && !group.value.closing) return group as Entry<SecurityGroup>;
  throw ctx.fault("InvalidSecurityGroupID.NotFound", `The securityGroup ID '${groupId}' does not exist`);
}
