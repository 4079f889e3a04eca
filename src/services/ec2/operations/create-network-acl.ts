import { idOf, type NetworkAcl, networkAclKey, networkAcls } from "../model.ts";
import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { createRequest, madeBefore } from "../request/idempotency.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toNetworkAcl } from "../shapes/network-acl.ts";

/** Makes an ACL that denies everything until it is given entries, and is no subnet's yet. */
export const CreateNetworkAcl: Ec2Handler<"CreateNetworkAcl"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["VpcId", "TagSpecifications", "ClientToken"]);
  const token = input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken };
  const { seed, requestDigest } = createRequest(ctx, "CreateNetworkAcl", input);
  const before = await madeBefore(ctx, kinds.networkAcl, { seed, ...(requestDigest && { requestDigest }) });
  if (before !== undefined) return { NetworkAcl: toNetworkAcl(before, ctx), ...token };
  const vpc = await findOpen(ctx, kinds.vpc, input.VpcId);
  checkQuota(ctx, "networkAcls", ctx.store.view(networkAcls).count("vpc", input.VpcId) + 1);
  const acl: NetworkAcl = {
    account: ctx.account,
    region: ctx.region,
    networkAclId: idOf("acl", seed),
    vpcId: input.VpcId,
    entries: [],
    tags: specifiedTags(ctx, input.TagSpecifications, "network-acl"),
    ...(requestDigest !== undefined && { requestDigest }),
  };
  await ctx.store.commit({ unchanged: [vpc], put: [{ key: networkAclKey(ctx, acl.networkAclId), value: acl }] });
  return { NetworkAcl: toNetworkAcl(acl, ctx), ...token };
};
