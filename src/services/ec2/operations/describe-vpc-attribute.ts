import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

export const DescribeVpcAttribute: Ec2Handler<"DescribeVpcAttribute"> = async (input, ctx) => {
  const { value: vpc } = await find(ctx, kinds.vpc, input.VpcId);
  switch (input.Attribute) {
    case "enableDnsSupport":
      return { VpcId: vpc.vpcId, EnableDnsSupport: { Value: true } };
    case "enableDnsHostnames":
      return { VpcId: vpc.vpcId, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
    case "enableNetworkAddressUsageMetrics":
      return { VpcId: vpc.vpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
  }
};
