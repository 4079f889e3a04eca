import { entryOf, findEntry } from "../acls/entry.ts";
import { entriesOf } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

export const ReplaceNetworkAclEntry: Ec2Handler<"ReplaceNetworkAclEntry"> = async (input, ctx) => {
  const entry = entryOf(ctx, input);
  const acl = await findOpen(ctx, kinds.networkAcl, input.NetworkAclId);
  const entries = entriesOf(acl.value).with(findEntry(ctx, acl.value, entry.ruleNumber, entry.egress), entry);
  await ctx.store.commit({ unchanged: [acl], put: [{ key: acl.key, value: { ...acl.value, entries } }] });
  return {};
};
