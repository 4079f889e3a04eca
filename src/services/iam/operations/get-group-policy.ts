import { encodeDocument } from "../request/documents.ts";
import { requireGroup } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { findInlinePolicy } from "../request/identity.ts";

export const GetGroupPolicy: IamHandler<"GetGroupPolicy"> = async (input, ctx) => {
  const { value: group } = await requireGroup(ctx, input.GroupName);
  const { policyName, document } = findInlinePolicy("group", group, input.PolicyName);
  return { GroupName: group.groupName, PolicyName: policyName, PolicyDocument: encodeDocument(document) };
};
