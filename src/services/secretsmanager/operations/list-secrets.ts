import { describe, versionsToStages } from "../request/describe.ts";
import type { SecretsHandler } from "../request/handler.ts";
import { listSecrets } from "../request/list.ts";

export const ListSecrets: SecretsHandler<"ListSecrets"> = async (input, ctx) => {
  const { items, ...more } = listSecrets(ctx, "ListSecrets", input, 100);
  const SecretList = items.map((secret) => {
    const stages = versionsToStages(secret);
    return { ...describe(secret), ...(stages && { SecretVersionsToStages: stages }) };
  });
  return { SecretList, ...more };
};
