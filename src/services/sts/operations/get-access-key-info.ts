import type { Operations } from "#generated/sts/types.ts";
import { accountOfAccessKeyId } from "#kernel/access-key-id.ts";
import type { Handler } from "#kernel/handler.ts";
import { accessKeyKey } from "#services/iam/model.ts";

type GetAccessKeyInfo = Operations["GetAccessKeyInfo"];

/** The account that a key belongs to; of temporary keys, and of deleted ones, as their id says. */
export const GetAccessKeyInfo: Handler<GetAccessKeyInfo["input"], GetAccessKeyInfo["output"]> = async (input, ctx) => {
  const key = await ctx.store.get(accessKeyKey(input.AccessKeyId));
  const Account = key.value?.account ?? accountOfAccessKeyId(input.AccessKeyId);
  if (Account === undefined) throw ctx.fault("ValidationError", "Invalid Access Key ID");
  return { Account };
};
