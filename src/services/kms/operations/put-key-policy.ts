import { Fault } from "#kernel/fault.ts";
import { checkNotPendingDeletion } from "../model.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { checkKeyPolicy } from "../request/key-policy.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";

export function putKeyPolicy(parts: KmsParts): KmsHandler<"PutKeyPolicy"> {
  return async (input, ctx) => {
    const { Policy, PolicyName = "default", BypassPolicyLockoutSafetyCheck: bypassLockoutCheck = false } = input;
    const key = customerKey(ctx, input.KeyId);
    if (PolicyName !== "default") throw new Fault("NotFoundException", "No such policy exists");
    checkNotPendingDeletion(key.value);
    checkKeyPolicy(Policy, ctx.caller, parts, { bypassLockoutCheck });
    await replaceKey(ctx, key, { ...key.value, policy: Policy });
    return {};
  };
}
