import type { SecretListEntry } from "#generated/secretsmanager/types.ts";
import { toTags } from "#kernel/tags.ts";
import type { SecretRecord } from "../model.ts";
import { identify } from "./find.ts";

/** What DescribeSecret and ListSecrets both tell. */
export function describe(secret: SecretRecord): Omit<SecretListEntry, "SecretVersionsToStages"> {
  return {
    ...identify(secret),
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: secret.createdDate,
    LastChangedDate: secret.lastChangedDate,
    ...(secret.lastAccessedDate !== undefined && { LastAccessedDate: secret.lastAccessedDate }),
    ...(secret.deletionDate !== undefined && { DeletedDate: secret.deletionDate }),
    ...(secret.tags && { Tags: toTags(secret.tags) }),
  };
}

/** The labelled versions; undefined when there are none. */
export function versionsToStages({ versions }: SecretRecord): Readonly<Record<string, readonly string[]>> | undefined {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  if (labelled.length === 0) return undefined;
  return Object.fromEntries(labelled.map(({ versionId, stages }) => [versionId, stages]));
}
