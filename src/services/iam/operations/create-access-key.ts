import { newAccessKeyId } from "#kernel/access-key-id.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { characters } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  type AccessKeyRecord,
  accessKeyKey,
  accessKeyPurpose,
  accessKeys,
  accountSettingsKey,
  within,
} from "../model.ts";
import { type KeyOwner, keyOwner } from "../request/access-keys.ts";
import { type IamHandler, now } from "../request/handler.ts";

const keysPerUser = 2;
const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The secret is told this once; what is kept of it is sealed. */
export function createAccessKey(secretBox: SecretBox): IamHandler<"CreateAccessKey"> {
  return async (input, ctx) => {
    const owner = await keyOwner(ctx, input.UserName);
    // Read before the keys are counted: whoever makes one meanwhile changes it.
    const holder = await holderOf(ctx, owner);
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
    const put = [{ key: accessKeyKey(key.accessKeyId), value: key }, holder.with(key.accessKeyId)];
    await ctx.store.commit({ unchanged: [holder.record], put });
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

function rootOf({ account }: RequestContext): string {
  return within(account, "root");
}

/** The record that each new key of an owner changes, so that no two are made at once past the quota. */
async function holderOf({ store, account }: RequestContext, { user }: KeyOwner) {
  if (user !== undefined) {
    const { key, value } = user;
    const withId = (id: string) => ({ key, value: { ...value, accessKeyIds: [...value.accessKeyIds, id] } });
    return { record: user, with: withId };
  }
  // The root user has no record of its own, but its account's settings have one.
  const record = await store.get(accountSettingsKey(account));
  return { record, with: () => ({ key: record.key, value: { ...record.value, account } }) };
}
