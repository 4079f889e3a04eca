import { describe, versionsToStages } from "../request/describe.ts";
import { requireSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const DescribeSecret: SecretsHandler<"DescribeSecret"> = async (input, ctx) => {
  const secret = requireSecret(ctx, input.SecretId).value;
  const stages = versionsToStages(secret);
  return { ...describe(secret), ...(stages && { VersionIdsToStages: stages }) };
};
