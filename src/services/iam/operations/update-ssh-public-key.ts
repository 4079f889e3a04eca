import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { updateStatus } from "../request/user-credentials.ts";

export const UpdateSSHPublicKey: IamHandler<"UpdateSSHPublicKey"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  return updateStatus(ctx, user, "sshPublicKeys", input.SSHPublicKeyId, input.Status);
};
