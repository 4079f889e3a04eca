import { requireAlias } from "../request/alias.ts";
import type { KmsHandler } from "../request/handler.ts";

export const DeleteAlias: KmsHandler<"DeleteAlias"> = async ({ AliasName: aliasName }, ctx) => {
  const alias = await requireAlias(ctx, aliasName);
  await ctx.store.commit({ unchanged: [alias], remove: [alias.key] });
  return {};
};
