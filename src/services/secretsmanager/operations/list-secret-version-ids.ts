import { Fault } from "#kernel/fault.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import { identify, requireSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

export const ListSecretVersionIds: SecretsHandler<"ListSecretVersionIds"> = async (input, ctx) => {
  const { IncludeDeprecated = false, MaxResults = 100, NextToken } = input;
  const secret = requireSecret(ctx, input.SecretId).value;
  const scope = `ListSecretVersionIds ${secret.name} ${IncludeDeprecated}`;
  const after = NextToken === undefined ? "" : positionIn(NextToken, scope);
  if (after === undefined) {
    throw new Fault("InvalidNextTokenException", "You provided an invalid NextToken value.");
  }
  const found = secret.versions.filter(({ stages }) => IncludeDeprecated || stages.length > 0);
  const behind = found.slice(found.findIndex(({ versionId }) => versionId === after) + 1);
  const { items, nextToken } = pageOf(behind, MaxResults, scope, ({ versionId }) => versionId);
  const Versions = items.map((version) => ({
    VersionId: version.versionId,
    ...(version.stages.length > 0 && { VersionStages: version.stages }),
    ...(version.lastAccessedDate !== undefined && { LastAccessedDate: version.lastAccessedDate }),
    CreatedDate: version.createdDate,
    KmsKeyIds: [version.kmsKeyArn ?? "DefaultEncryptionKey"],
  }));
  return { ...identify(secret), Versions, ...(nextToken && { NextToken: nextToken }) };
};
