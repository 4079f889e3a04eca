import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { updateStatus } from "../request/user-credentials.ts";

export const UpdateServiceSpecificCredential: IamHandler<"UpdateServiceSpecificCredential"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  return updateStatus(ctx, user, "serviceCredentials", input.ServiceSpecificCredentialId, input.Status);
};
