import type { RequestContext } from "#kernel/handler.ts";
import {
  internetGateways,
  isDefaultAcl,
  isMain,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  securityGroupNameKey,
  securityGroups,
  subnets,
} from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { removeUnlessUsed } from "../request/removal.ts";

/** Deletes a VPC that is empty but for what came with it. */
export const DeleteVpc: Ec2Handler<"DeleteVpc"> = async (input, ctx) => {
  const vpc = await find(ctx, kinds.vpc, input.VpcId);
  const usedBy = () =>
    hasDependents(ctx, input.VpcId)
      ? ctx.fault("DependencyViolation", `The vpc '${input.VpcId}' has dependencies and cannot be deleted.`)
      : undefined;
  await removeUnlessUsed(ctx, vpc, usedBy, () => ({ remove: ownKeys(ctx, input.VpcId) }));
  return {};
};

function hasDependents(ctx: RequestContext, vpcId: string): boolean {
  const { store } = ctx;
  return (
    store.view(subnets).count("vpc", vpcId) > 0 ||
    store.view(internetGateways).count("vpc", vpcId) > 0 ||
    store.view(natGateways).count("vpc", vpcId) > 0 ||
    store.view(networkInterfaces).count("vpc", vpcId) > 0 ||
    store
      .view(securityGroups)
      .by("vpc", vpcId)
      .some((group) => group.value.groupName !== "default") ||
    store
      .view(routeTables)
      .by("vpc", vpcId)
      .some((table) => !isMain(table.value)) ||
    store
      .view(networkAcls)
      .by("vpc", vpcId)
      .some((acl) => !isDefaultAcl(acl.value))
  );
}

/** What came with the VPC and goes with it. */
function ownKeys(ctx: RequestContext, vpcId: string): readonly string[] {
  const { store } = ctx;
  return [
    ...store.view(securityGroups).by("vpc", vpcId),
    ...store.view(routeTables).by("vpc", vpcId),
    ...store.view(networkAcls).by("vpc", vpcId),
  ]
    .map((entry): string => entry.key)
    .concat(securityGroupNameKey(vpcId, "default"));
}
