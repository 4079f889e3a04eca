import type { SecretValueEntry } from "#generated/secretsmanager/types.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry } from "#kernel/store.ts";
import type { SecretRecord, SecretVersion } from "../model.ts";
import { current, versionWith } from "../versions.ts";
import { identify } from "./find.ts";
import { openValue } from "./value.ts";

const dayMs = 86_400_000;

/** Decrypts the value of a version of a secret, and notes the day on which that was. */
export async function readValue(
  ctx: RequestContext,
  secret: Entry<SecretRecord>,
  version: SecretVersion,
  box: SecretBox,
): Promise<SecretValueEntry> {
  const bytes = await openValue(ctx, secret.value, version, box);
  await noteAccess(ctx, secret, version.versionId);
  return {
    ...identify(secret.value),
    VersionId: version.versionId,
    ...(version.kind === "string" ? { SecretString: Buffer.from(bytes).toString() } : { SecretBinary: bytes }),
    VersionStages: version.stages,
    CreatedDate: version.createdDate,
  };
}

/** The version that a request means: AWSCURRENT when it names none. */
export function findVersion(
  { versions }: SecretRecord,
  { VersionId, VersionStage }: { readonly VersionId?: string; readonly VersionStage?: string },
): SecretVersion {
  if (VersionId === undefined) {
    const stage = VersionStage ?? current;
    return versionWith(versions, stage) ?? notFound(`staging label: ${stage}`);
  }
  const version = versions.find(({ versionId }) => versionId === VersionId) ?? notFound(`VersionId: ${VersionId}`);
  if (VersionStage === undefined || version.stages.includes(VersionStage)) return version;
  const message = "You provided a VersionStage that is not associated to the provided VersionId.";
  throw new Fault("InvalidRequestException", message);
}

function notFound(what: string): never {
  const message = `Secrets Manager can't find the specified secret value for ${what}`;
  throw new Fault("ResourceNotFoundException", message);
}

/** One write a day at most. Where it cannot be made the secret is read all the same. */
async function noteAccess(ctx: RequestContext, secret: Entry<SecretRecord>, versionId: string): Promise<void> {
  const lastAccessedDate = Math.floor(ctx.clock.now() / dayMs) * dayMs;
  const isNoted = (what: { readonly lastAccessedDate?: number }) => what.lastAccessedDate === lastAccessedDate;
  const version = secret.value.versions.find((other) => other.versionId === versionId);
  if (isNoted(secret.value) && version !== undefined && isNoted(version)) return;
  const versions = secret.value.versions.map((other) => (other === version ? { ...other, lastAccessedDate } : other));
  const value: SecretRecord = { ...secret.value, lastAccessedDate, versions };
  try {
    await ctx.store.commit({ unchanged: [secret], put: [{ key: secret.key, value }] });
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    ctx.log.error("The day on which a secret was read could not be noted", { secret: secret.key, error });
  }
}
