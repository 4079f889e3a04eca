import { httpNameKey } from "../model.ts";
import { createNamespace, madeBefore, refuseTaken } from "../request/create-namespace.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

const action = "CreateHttpNamespace";

export const CreateHttpNamespace: DiscoveryHandler<typeof action> = async (input, ctx) => {
  const before = madeBefore(ctx, action, input);
  if (before !== undefined) return before;
  const httpName = input.Name;
  const name = await ctx.store.get(httpNameKey(ctx, httpName));
  if (name.value !== undefined) refuseTaken(ctx, name);
  return createNamespace(ctx, input, { action, type: "HTTP", httpName, names: [name] });
};
