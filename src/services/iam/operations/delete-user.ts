import { useKeys } from "../last-accessed/use-keys.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { deleteConflict, refuseWhileInUse } from "../request/identity.ts";

export const DeleteUser: IamHandler<"DeleteUser"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const { accessKeyIds, groupIds, loginProfile, mfaDevices } = user.value;
  if (groupIds.length > 0) throw deleteConflict("must remove users from group first.");
  refuseWhileInUse(user.value);
  if (loginProfile !== undefined) throw deleteConflict("must delete login profile first.");
  if (accessKeyIds.length > 0) throw deleteConflict("must delete access keys first.");
  if (mfaDevices.length > 0) throw deleteConflict("must delete MFA device first.");
  const { sshPublicKeys = [], signingCertificates = [], serviceCredentials = [] } = user.value;
  if (signingCertificates.length > 0) throw deleteConflict("must delete signing certificates first.");
  if (sshPublicKeys.length + serviceCredentials.length > 0)
    throw deleteConflict("must remove referenced objects first.");
  const remove = [user.key, ...useKeys(ctx, user.value.userId)];
  await ctx.store.commit({ unchanged: [user], remove });
  return {};
};
