import { Fault } from "#kernel/fault.ts";
import { accountKey } from "#services/iam/model.ts";
import { organizationIds } from "../model.ts";
import { type OrganizationsHandler, type OrganizationsParts, requireManagement } from "../organization.ts";

/** Every account is right below the root. */
export function listParents(parts: OrganizationsParts): OrganizationsHandler<"ListParents"> {
  return async ({ ChildId: id }, ctx) => {
    requireManagement(ctx, parts);
    const exists = id === parts.managementAccount || (await ctx.store.get(accountKey(id))).value !== undefined;
    if (!exists) {
      const message = "You specified a child that doesn't exist.";
      throw new Fault("ChildNotFoundException", message);
    }
    return { Parents: [{ Id: organizationIds(parts.managementAccount).rootId, Type: "ROOT" }] };
  };
}
