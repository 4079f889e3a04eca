import { registrySettings } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { requireRegistryPolicy } from "../request/registry-policy.ts";

export const GetRegistryPolicy: EcrHandler<"GetRegistryPolicy"> = async (_, ctx) => ({
  registryId: ctx.account,
  policyText: requireRegistryPolicy(registrySettings(ctx.store, ctx)),
});
