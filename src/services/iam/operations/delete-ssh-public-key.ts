import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { removeCredential } from "../request/user-credentials.ts";

export const DeleteSSHPublicKey: IamHandler<"DeleteSSHPublicKey"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  return removeCredential(ctx, user, "sshPublicKeys", input.SSHPublicKeyId);
};
