import { requireNamespace } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { toNamespace } from "../request/shapes.ts";

export const GetNamespace: DiscoveryHandler<"GetNamespace"> = async (input, ctx) => ({
  Namespace: toNamespace(requireNamespace(ctx, input.Id).value),
});
