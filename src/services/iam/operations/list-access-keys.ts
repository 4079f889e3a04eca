import { accessKeys, within } from "../model.ts";
import { keyOwner } from "../request/access-keys.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListAccessKeys: IamHandler<"ListAccessKeys"> = async (input, ctx) => {
  const owner = await keyOwner(ctx, input.UserName);
  const value = owner.user?.value.userId ?? within(ctx.account, "root");
  const found = ctx.store.view(accessKeys).by("user", value);
  const { items, more } = listPage("ListAccessKeys", input, found, ({ key }) => key);
  return {
    AccessKeyMetadata: items.map(({ value: key }) => ({
      ...owner.nameMember,
      AccessKeyId: key.accessKeyId,
      Status: key.status,
      CreateDate: key.createdAt,
    })),
    ...more,
  };
};
