import { entryOf, indexOfEntry } from "../acls/entry.ts";
import { entriesOf } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";

/** Adds an entry; it holds at once, for connections that there are too. */
export const CreateNetworkAclEntry: Ec2Handler<"CreateNetworkAclEntry"> = async (input, ctx) => {
  const entry = entryOf(ctx, input);
  const acl = await findOpen(ctx, kinds.networkAcl, input.NetworkAclId);
  if (indexOfEntry(acl.value, entry.ruleNumber, entry.egress) >= 0) {
    const message = `The network acl entry identified by ${entry.ruleNumber} already exists.`;
    throw ctx.fault("NetworkAclEntryAlreadyExists", message);
  }
  const entries = [...entriesOf(acl.value), entry];
  checkQuota(ctx, "networkAclEntries", entries.filter(({ egress }) => egress === entry.egress).length);
  await ctx.store.commit({ unchanged: [acl], put: [{ key: acl.key, value: { ...acl.value, entries } }] });
  return {};
};
