import { filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";

const names = [
  "ip-address-type",
  "service-name",
  "service-region",
  "vpc-endpoint-id",
  "vpc-endpoint-state",
  "vpc-endpoint-type",
  "vpc-id",
];

/** There are no VPC endpoints, and none can be made. */
export const DescribeVpcEndpoints: Ec2Handler<"DescribeVpcEndpoints"> = async (input, ctx) => {
  filterTest(ctx, input.Filters, Object.fromEntries(names.map((name) => [name, () => []])));
  const id = input.VpcEndpointIds?.[0];
  if (id !== undefined) {
    throw ctx.fault("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
  }
  return { VpcEndpoints: [] };
};
