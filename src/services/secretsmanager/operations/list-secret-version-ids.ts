import { listPage } from "#kernel/pagination.ts";
import { identify, requireSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";
import { asText, invalidToken } from "../request/list.ts";

export const ListSecretVersionIds: SecretsHandler<"ListSecretVersionIds"> = async (input, ctx) => {
  const { IncludeDeprecated = false, MaxResults = 100, NextToken } = input;
  const secret = requireSecret(ctx, input.SecretId).value;
  const found = secret.versions.filter(({ stages }) => IncludeDeprecated || stages.length > 0);
  const { items, nextToken } = listPage(found, {
    scope: `ListSecretVersionIds ${secret.name} ${IncludeDeprecated}`,
    ...{ token: NextToken, limit: MaxResults, invalid: invalidToken },
    position: ({ createdDate, versionId }) => `${asText(createdDate)} ${versionId}`,
  });
  const Versions = items.map((version) => ({
    VersionId: version.versionId,
    ...(version.stages.length > 0 && { VersionStages: version.stages }),
    ...(version.lastAccessedDate !== undefined && { LastAccessedDate: version.lastAccessedDate }),
    CreatedDate: version.createdDate,
    KmsKeyIds: [version.kmsKeyArn ?? "DefaultEncryptionKey"],
  }));
  return { ...identify(secret), Versions, ...(nextToken && { NextToken: nextToken }) };
};
