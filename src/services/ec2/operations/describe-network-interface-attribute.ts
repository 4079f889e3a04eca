import { missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { toAttachment, toGroups } from "../shapes/network-interface.ts";

export const DescribeNetworkInterfaceAttribute: Ec2Handler<"DescribeNetworkInterfaceAttribute"> = async (
  input,
  ctx,
) => {
  const { value: eni } = await find(ctx, kinds.networkInterface, input.NetworkInterfaceId);
  const NetworkInterfaceId = eni.networkInterfaceId;
  switch (input.Attribute) {
    case "description":
      return { NetworkInterfaceId, Description: { Value: eni.description } };
    case "groupSet":
      return { NetworkInterfaceId, Groups: toGroups(eni, ctx) };
    case "sourceDestCheck":
      return { NetworkInterfaceId, SourceDestCheck: { Value: eni.sourceDestCheck } };
    case "attachment":
      return { NetworkInterfaceId, ...(eni.attachment && { Attachment: toAttachment(eni.attachment) }) };
    case "associatePublicIpAddress":
      return { NetworkInterfaceId, AssociatePublicIpAddress: eni.association !== undefined };
    case undefined:
      throw missing(ctx, "attribute");
  }
};
