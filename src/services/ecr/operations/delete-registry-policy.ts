import type { EcrHandler } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";
import { requireRegistryPolicy } from "../request/registry-policy.ts";

export const DeleteRegistryPolicy: EcrHandler<"DeleteRegistryPolicy"> = async (_, ctx) => {
  const before = await changeRegistry(ctx, (old) => {
    requireRegistryPolicy(old);
    const { policy: _, ...rest } = old;
    return rest;
  });
  return { registryId: ctx.account, policyText: requireRegistryPolicy(before) };
};
