import { versionsOf } from "../model.ts";
import { requireParameter } from "../request/find.ts";
import type { SsmHandler } from "../request/handler.ts";

export const DeleteParameter: SsmHandler<"DeleteParameter"> = async (input, ctx) => {
  const parameter = requireParameter(ctx, input.Name);
  const versions = await ctx.store.list(versionsOf(parameter.value));
  await ctx.store.commit({ unchanged: [parameter], remove: [parameter.key, ...versions.map(({ key }) => key)] });
  return {};
};
