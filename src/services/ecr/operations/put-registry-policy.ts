import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";
import { checkRegistryPolicy } from "../request/registry-policy.ts";

export function putRegistryPolicy({ policyFault }: EcrParts): EcrHandler<"PutRegistryPolicy"> {
  return async ({ policyText }, ctx) => {
    checkRegistryPolicy(policyText, policyFault);
    await changeRegistry(ctx, (old) => ({ ...old, policy: policyText }));
    return { registryId: ctx.account, policyText };
  };
}
