import { Fault } from "#kernel/fault.ts";
import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";

export const GetKeyPolicy: KmsHandler<"GetKeyPolicy"> = async (input, ctx) => {
  const key = ownKey(ctx, input.KeyId).value;
  const PolicyName = input.PolicyName ?? "default";
  if (PolicyName !== "default") throw new Fault("NotFoundException", "No such policy exists");
  return { Policy: key.policy, PolicyName };
};
