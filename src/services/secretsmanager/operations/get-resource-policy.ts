import { identify, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const GetResourcePolicy: SecretsHandler<"GetResourcePolicy"> = async (input, ctx) => {
  const secret = requireLiveSecret(ctx, input.SecretId).value;
  return { ...identify(secret), ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }) };
};
