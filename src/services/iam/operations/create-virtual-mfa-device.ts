import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type MfaDeviceRecord, mfaDeviceKey, mfaSeedPurpose } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { newTags, tagsMember } from "../request/tags.ts";
import { toBase32 } from "../request/totp.ts";

const seedBytes = 40;

/** The seed is told this once, as text: there is no picture of it. */
export function createVirtualMfaDevice(secretBox: SecretBox): IamHandler<"CreateVirtualMFADevice"> {
  return async (input, ctx) => {
    const { VirtualMFADeviceName: name, Path: path = "/" } = input;
    const serialNumber = iamArn(ctx, "mfa", path, name);
    const key = mfaDeviceKey(ctx.account, serialNumber);
    if ((await ctx.store.get(key)).value !== undefined) {
      const message = "MFADevice entity at the same path and name already exists.";
      throw new Fault("EntityAlreadyExistsException", message);
    }
    const tags = newTags(input.Tags);
    const seed = toBase32(ctx.random.bytes(seedBytes));
    const device: MfaDeviceRecord = {
      ...{ account: ctx.account, serialNumber, arn: serialNumber, name, path, tags },
      createdAt: now(ctx),
      sealedSeed: secretBox.seal(seed, mfaSeedPurpose),
    };
    await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: device }] });
    const Base32StringSeed = Buffer.from(seed);
    return { VirtualMFADevice: { SerialNumber: serialNumber, Base32StringSeed, ...tagsMember(tags) } };
  };
}
