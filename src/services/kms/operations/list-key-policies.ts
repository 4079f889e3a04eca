import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";
import { listPage } from "../request/pages.ts";

export const ListKeyPolicies: KmsHandler<"ListKeyPolicies"> = async (input, ctx) => {
  ownKey(ctx, input.KeyId);
  // Its model has no code of its own for a bad marker.
  const options = { markerCode: "ValidationException" };
  const { items, more } = listPage("ListKeyPolicies", input, ["default"], (name) => name, options);
  return { PolicyNames: items, ...more };
};
