import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";
import { listPage } from "../request/pages.ts";

export const ListKeyPolicies: KmsHandler<"ListKeyPolicies"> = async (input, ctx) => {
  ownKey(ctx, input.KeyId);
  const { items, more } = listPage("ListKeyPolicies", input, ["default"], (name) => name);
  return { PolicyNames: items, ...more };
};
