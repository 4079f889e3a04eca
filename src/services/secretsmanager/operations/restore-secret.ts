import { identify, replaceSecret, requireSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const RestoreSecret: SecretsHandler<"RestoreSecret"> = async (input, ctx) => {
  const secret = requireSecret(ctx, input.SecretId);
  const { deletionDate, ...kept } = secret.value;
  if (deletionDate !== undefined) await replaceSecret(ctx, secret, kept);
  return identify(secret.value);
};
