import { replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const UntagResource: SecretsHandler<"UntagResource"> = async (input, ctx) => {
  const secret = requireLiveSecret(ctx, input.SecretId);
  const kept = Object.entries(secret.value.tags ?? {}).filter(([key]) => !input.TagKeys.includes(key));
  const tags = Object.fromEntries(kept);
  await replaceSecret(ctx, secret, { ...secret.value, tags, lastChangedDate: ctx.clock.now() });
  return {};
};
