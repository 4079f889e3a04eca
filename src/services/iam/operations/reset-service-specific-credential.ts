import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { newServicePassword, requireCredential, toServiceCredential } from "../request/user-credentials.ts";

/** A new password in place of the old one, of which nothing is kept. */
export const ResetServiceSpecificCredential: IamHandler<"ResetServiceSpecificCredential"> = async (input, ctx) => {
  const { value: user } = await userOrCaller(ctx, input.UserName);
  const credential = requireCredential(user, "serviceCredentials", input.ServiceSpecificCredentialId);
  const ServicePassword = newServicePassword(ctx);
  return { ServiceSpecificCredential: { ...toServiceCredential(user, credential), ServicePassword } };
};
