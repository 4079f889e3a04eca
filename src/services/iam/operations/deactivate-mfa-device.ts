import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireDeviceOf } from "../request/mfa.ts";

export const DeactivateMFADevice: IamHandler<"DeactivateMFADevice"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  const device = await requireDeviceOf(ctx, user.value, input.SerialNumber);
  const mfaDevices = user.value.mfaDevices.filter(({ serialNumber }) => serialNumber !== input.SerialNumber);
  const { userId: _, enabledAt: __, ...free } = device.value;
  await ctx.store.commit({
    unchanged: [user, device],
    put: [
      { key: user.key, value: { ...user.value, mfaDevices } },
      { key: device.key, value: free },
    ],
  });
  return {};
};
