import { identify, replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const DeleteResourcePolicy: SecretsHandler<"DeleteResourcePolicy"> = async (input, ctx) => {
  const secret = requireLiveSecret(ctx, input.SecretId);
  const { policy: _, ...kept } = secret.value;
  await replaceSecret(ctx, secret, kept);
  return identify(secret.value);
};
