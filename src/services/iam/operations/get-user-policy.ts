import { encodeDocument } from "../request/documents.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { findInlinePolicy } from "../request/identity.ts";

export const GetUserPolicy: IamHandler<"GetUserPolicy"> = async (input, ctx) => {
  const { value: user } = await requireUser(ctx, input.UserName);
  const { policyName, document } = findInlinePolicy("user", user, input.PolicyName);
  return { UserName: user.userName, PolicyName: policyName, PolicyDocument: encodeDocument(document) };
};
