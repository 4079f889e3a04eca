import { organizationIds, organizationsArn } from "../model.ts";
import { type OrganizationsHandler, type OrganizationsParts, requireManagement } from "../organization.ts";

/** The organization has a root and no units below it. */
export function listRoots(parts: OrganizationsParts): OrganizationsHandler<"ListRoots"> {
  return async (_input, ctx) => {
    requireManagement(ctx, parts);
    const { organizationId, rootId } = organizationIds(parts.managementAccount);
    const arn = organizationsArn(ctx.partition, parts.managementAccount, `root/${organizationId}/${rootId}`);
    return { Roots: [{ Id: rootId, Arn: arn, Name: "Root", PolicyTypes: [] }] };
  };
}
