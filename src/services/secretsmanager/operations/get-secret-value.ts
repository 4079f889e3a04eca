import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { findVersion, readValue } from "../request/read-value.ts";

export function getSecretValue({ box }: SecretsParts): SecretsHandler<"GetSecretValue"> {
  return async (input, ctx) => {
    const secret = requireLiveSecret(ctx, input.SecretId);
    return readValue(ctx, secret, findVersion(secret.value, input), box);
  };
}
