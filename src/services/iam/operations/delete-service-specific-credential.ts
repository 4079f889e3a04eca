import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { removeCredential } from "../request/user-credentials.ts";

export const DeleteServiceSpecificCredential: IamHandler<"DeleteServiceSpecificCredential"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  return removeCredential(ctx, user, "serviceCredentials", input.ServiceSpecificCredentialId);
};
