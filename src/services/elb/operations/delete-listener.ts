import { rules } from "../model.ts";
import { requireListener } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";

/** Takes a listener away with its rules. */
export const DeleteListener: ElbHandler<"DeleteListener"> = async (input, ctx) => {
  const found = requireListener(ctx, input.ListenerArn);
  const own = ctx.store.view(rules).by("listener", found.value.id);
  await ctx.store.commit({ unchanged: [found], remove: [found.key, ...own.map(({ key }) => key)] });
  return {};
};
