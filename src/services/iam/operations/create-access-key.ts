import { newAccessKeyId } from "#kernel/access-key-id.ts";
import { Fault } from "#kernel/fault.ts";
import { characters } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { type AccessKeyRecord, accessKeyKey, accessKeyPurpose, accessKeys, within } from "../model.ts";
import { type KeyOwner, keyOwner } from "../request/access-keys.ts";
import { type IamHandler, now } from "../request/handler.ts";

const keysPerUser = 2;
const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The secret is told this once; what is kept of it is sealed. */
export function createAccessKey(secretBox: SecretBox): IamHandler<"CreateAccessKey"> {
  return async (input, ctx) => {
    const owner = await keyOwner(ctx, input.UserName);
    const existing = owner.user?.value.accessKeyIds.length ?? ctx.store.view(accessKeys).count("user", rootOf(ctx));
    if (existing >= keysPerUser) {
      throw new Fault("LimitExceededException", `Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`);
    }
    const secret = characters(ctx.random, 40, secretAlphabet);
    const key: AccessKeyRecord = {
      accessKeyId: newAccessKeyId("AKIA", ctx.account, ctx.random),
      account: ctx.account,
      ...(owner.user !== undefined && { userId: owner.user.value.userId }),
      status: "Active",
      createdAt: now(ctx),
      sealedSecret: secretBox.seal(secret, accessKeyPurpose),
    };
    await ctx.store.commit(withKey(owner, key));
    return {
      AccessKey: {
        UserName: owner.nameMember.UserName ?? "",
        AccessKeyId: key.accessKeyId,
        Status: key.status,
        SecretAccessKey: secret,
        CreateDate: key.createdAt,
      },
    };
  };
}

function rootOf({ account }: { readonly account: string }): string {
  return within(account, "root");
}

function withKey({ user }: KeyOwner, key: AccessKeyRecord) {
  const put = { key: accessKeyKey(key.accessKeyId), value: key };
  if (user === undefined) return { put: [put] };
  const value = { ...user.value, accessKeyIds: [...user.value.accessKeyIds, key.accessKeyId] };
  return { unchanged: [user], put: [put, { key: user.key, value }] };
}
