import type { ModifyNetworkInterfaceAttributeRequest } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { NetworkInterface } from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { interfaceGroups } from "../rules/groups.ts";

const accepted = ["NetworkInterfaceId", "Description", "SourceDestCheck", "Groups", "Attachment"] as const;

/** Changes one attribute of an interface of the user's own. New groups hold for running tasks at once. */
export const ModifyNetworkInterfaceAttribute: Ec2Handler<"ModifyNetworkInterfaceAttribute"> = async (input, ctx) => {
  acceptOnly(ctx, input, accepted);
  const eni = await findOwn(ctx, input.NetworkInterfaceId);
  const { Description, SourceDestCheck, Groups, Attachment } = input;
  const given = [Description, SourceDestCheck, Groups?.length ? Groups : undefined, Attachment];
  const count = given.filter((attribute) => attribute !== undefined).length;
  if (count === 0) throw missing(ctx, "attribute");
  if (count > 1) {
    throw ctx.fault("InvalidParameterCombination", "Fields for multiple attribute types specified");
  }
  const groups = Groups === undefined ? [] : await interfaceGroups(ctx, eni.value.vpcId, Groups);
  const value: NetworkInterface = {
    ...eni.value,
    ...(Description?.Value !== undefined && { description: Description.Value }),
    ...(SourceDestCheck?.Value !== undefined && { sourceDestCheck: SourceDestCheck.Value }),
    ...(groups.length > 0 && { securityGroupIds: groups.map((group) => group.value.groupId) }),
    ...(Attachment !== undefined && { attachment: changedAttachment(ctx, eni.value, Attachment) }),
  };
  await ctx.store.commit({ unchanged: [eni, ...groups], put: [{ key: eni.key, value }] });
  return {};
};

/** An interface that a service has made for the user is the service's to change. */
export async function findOwn(ctx: RequestContext, networkInterfaceId: string): Promise<Entry<NetworkInterface>> {
  const eni = await find(ctx, kinds.networkInterface, networkInterfaceId);
  if (!eni.value.requesterManaged) return eni;
  throw ctx.fault("AuthFailure", "You do not have permission to access the specified resource.");
}

function changedAttachment(
  ctx: RequestContext,
  eni: NetworkInterface,
  change: NonNullable<ModifyNetworkInterfaceAttributeRequest["Attachment"]>,
) {
  acceptOnly(ctx, change, ["AttachmentId", "DeleteOnTermination"]);
  if (eni.attachment === undefined || eni.attachment.attachmentId !== change.AttachmentId) {
    throw ctx.fault("InvalidAttachmentID.NotFound", `The attachment '${change.AttachmentId}' does not exist.`);
  }
  return { ...eni.attachment, deleteOnTermination: change.DeleteOnTermination ?? eni.attachment.deleteOnTermination };
}
