import type { DiscoveryHandler } from "../request/handler.ts";
import { updateNamespace } from "../request/update-namespace.ts";

export const UpdateHttpNamespace: DiscoveryHandler<"UpdateHttpNamespace"> = (input, ctx) =>
  updateNamespace(ctx, input, "UpdateHttpNamespace", "HTTP", (namespace) => ({
    ...namespace,
    description: input.Namespace.Description,
  }));
