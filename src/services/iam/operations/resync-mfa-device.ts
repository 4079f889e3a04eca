import type { SecretBox } from "#kernel/secret-box.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireDeviceOf, seedOf } from "../request/mfa.ts";
import { checkConsecutive } from "../request/totp.ts";

export function resyncMfaDevice(secretBox: SecretBox): IamHandler<"ResyncMFADevice"> {
  return async (input, ctx) => {
    const user = await requireUser(ctx, input.UserName);
    const device = await requireDeviceOf(ctx, user.value, input.SerialNumber);
    const codes = [input.AuthenticationCode1, input.AuthenticationCode2] as const;
    const { lastStep: last } = device.value;
    const at = { now: ctx.clock.now(), ...(last !== undefined && { lastStep: last }) };
    const lastStep = checkConsecutive(seedOf(secretBox, device.value), codes, at);
    const put = [{ key: device.key, value: { ...device.value, lastStep } }];
    await ctx.store.commit({ unchanged: [device], put });
    return {};
  };
}
