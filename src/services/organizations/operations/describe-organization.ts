import { organizationIds, organizationsArn } from "../model.ts";
import { managementAccount, type OrganizationsHandler, type OrganizationsParts } from "../organization.ts";

/** Every account may ask. */
export function describeOrganization(parts: OrganizationsParts): OrganizationsHandler<"DescribeOrganization"> {
  return async (_input, ctx) => {
    const { organizationId: id } = organizationIds(parts.managementAccount);
    const { Arn, Id, Email } = managementAccount(ctx, parts);
    return {
      Organization: {
        Id: id,
        Arn: organizationsArn(ctx.partition, parts.managementAccount, `organization/${id}`),
        FeatureSet: "CONSOLIDATED_BILLING",
        MasterAccountArn: Arn!,
        MasterAccountId: Id!,
        MasterAccountEmail: Email!,
        AvailablePolicyTypes: [],
      },
    };
  };
}
