import type { Ec2Handler } from "../request/handler.ts";
import { quotas } from "../request/quotas.ts";
import { defaultVpcOf } from "../rules/groups.ts";

export const DescribeAccountAttributes: Ec2Handler<"DescribeAccountAttributes"> = async (input, ctx) => {
  const attributes: Readonly<Record<string, string>> = {
    "supported-platforms": "VPC",
    "default-vpc": defaultVpcOf(ctx)?.value.vpcId ?? "none",
    "vpc-max-security-groups-per-interface": String(quotas.securityGroupsPerInterface.limit),
    "max-elastic-ips": String(quotas.elasticAddresses.limit),
    "vpc-max-elastic-ips": String(quotas.elasticAddresses.limit),
  };
  const names: readonly string[] = input.AttributeNames?.length ? input.AttributeNames : Object.keys(attributes);
  const unknown = names.find((name) => !Object.hasOwn(attributes, name));
  if (unknown !== undefined) {
    const message = `Value (${unknown}) for parameter attributeName is invalid. Unknown attribute.`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  return {
    AccountAttributes: names.map((name) => ({
      AttributeName: name,
      AttributeValues: [{ AttributeValue: attributes[name]! }],
    })),
  };
};
