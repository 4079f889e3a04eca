import { Fault } from "#kernel/fault.ts";
import { identify, replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { checkResourcePolicy, isPublic } from "../request/resource-policy.ts";

export function putResourcePolicy(parts: SecretsParts): SecretsHandler<"PutResourcePolicy"> {
  return async (input, ctx) => {
    const secret = requireLiveSecret(ctx, input.SecretId);
    checkResourcePolicy(input.ResourcePolicy, parts);
    if (input.BlockPublicPolicy && isPublic(input.ResourcePolicy)) {
      const message =
        "The BlockPublicPolicy parameter is set to true, " +
        "and the resource policy did not prevent broad access to the secret.";
      throw new Fault("PublicPolicyException", message);
    }
    await replaceSecret(ctx, secret, { ...secret.value, policy: input.ResourcePolicy });
    return identify(secret.value);
  };
}
