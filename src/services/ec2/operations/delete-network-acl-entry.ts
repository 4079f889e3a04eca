import { findEntry } from "../acls/entry.ts";
import { entriesOf } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

export const DeleteNetworkAclEntry: Ec2Handler<"DeleteNetworkAclEntry"> = async (input, ctx) => {
  const acl = await findOpen(ctx, kinds.networkAcl, input.NetworkAclId);
  const entries = entriesOf(acl.value).toSpliced(findEntry(ctx, acl.value, input.RuleNumber, input.Egress), 1);
  await ctx.store.commit({ unchanged: [acl], put: [{ key: acl.key, value: { ...acl.value, entries } }] });
  return {};
};
