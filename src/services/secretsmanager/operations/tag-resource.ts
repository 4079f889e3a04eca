import { replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagResource: SecretsHandler<"TagResource"> = async (input, ctx) => {
  const secret = requireLiveSecret(ctx, input.SecretId);
  const tags = withTags(secret.value.tags, input.Tags);
  await replaceSecret(ctx, secret, { ...secret.value, tags, lastChangedDate: ctx.clock.now() });
  return {};
};
