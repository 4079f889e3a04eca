import { users } from "../model.ts";
import { requireMfaDevice, requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireDeviceOf } from "../request/mfa.ts";

export const GetMFADevice: IamHandler<"GetMFADevice"> = async ({ SerialNumber, UserName }, ctx) => {
  const device =
    UserName === undefined
      ? await requireMfaDevice(ctx, SerialNumber)
      : await requireDeviceOf(ctx, (await requireUser(ctx, UserName)).value, SerialNumber);
  const { userId, enabledAt, serialNumber } = device.value;
  const user = userId === undefined ? undefined : ctx.store.view(users).by("id", userId)[0];
  return {
    SerialNumber: serialNumber,
    ...(user !== undefined && { UserName: user.value.userName }),
    ...(enabledAt !== undefined && { EnableDate: enabledAt }),
  };
};
