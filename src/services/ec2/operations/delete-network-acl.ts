import { isDefaultAcl, subnets } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { removeUnlessUsed } from "../request/removal.ts";

/** Deletes an ACL that is no subnet's; the default one stays as long as its VPC. */
export const DeleteNetworkAcl: Ec2Handler<"DeleteNetworkAcl"> = async (input, ctx) => {
  const { NetworkAclId: id } = input;
  const acl = await find(ctx, kinds.networkAcl, id);
  if (isDefaultAcl(acl.value)) {
    throw ctx.fault("InvalidParameterValue", `cannot delete default network ACL ${id}`);
  }
  await removeUnlessUsed(ctx, acl, () =>
    ctx.store.view(subnets).count("acl", id) > 0
      ? ctx.fault("DependencyViolation", `The networkAcl '${id}' has dependencies and cannot be deleted.`)
      : undefined,
  );
  return {};
};
