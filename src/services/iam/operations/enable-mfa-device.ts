import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { requireMfaDevice, requireUser } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { refuseInUse, seedOf } from "../request/mfa.ts";
import { checkConsecutive } from "../request/totp.ts";

const devicesPerUser = 8;

export function enableMfaDevice(secretBox: SecretBox): IamHandler<"EnableMFADevice"> {
  return async (input, ctx) => {
    const user = await requireUser(ctx, input.UserName);
    const device = await requireMfaDevice(ctx, input.SerialNumber);
    refuseInUse(device.value);
    if (user.value.mfaDevices.length >= devicesPerUser) {
      throw new Fault("LimitExceededException", `Cannot exceed quota for MFADevicesPerUser: ${devicesPerUser}`);
    }
    const codes = [input.AuthenticationCode1, input.AuthenticationCode2] as const;
    const lastStep = checkConsecutive(seedOf(secretBox, device.value), codes, { now: ctx.clock.now() });
    const enabledAt = now(ctx);
    const { serialNumber } = device.value;
    const mfaDevices = [...user.value.mfaDevices, { serialNumber, enabledAt }];
    await ctx.store.commit({
      unchanged: [user, device],
      put: [
        { key: user.key, value: { ...user.value, mfaDevices } },
        { key: device.key, value: { ...device.value, userId: user.value.userId, enabledAt, lastStep } },
      ],
    });
    return {};
  };
}
