import { requireMfaDevice } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { deleteConflict } from "../request/identity.ts";

export const DeleteVirtualMFADevice: IamHandler<"DeleteVirtualMFADevice"> = async (input, ctx) => {
  const device = await requireMfaDevice(ctx, input.SerialNumber);
  if (device.value.userId !== undefined) throw deleteConflict("must deactivate MFA device first.");
  await ctx.store.commit({ unchanged: [device], remove: [device.key] });
  return {};
};
