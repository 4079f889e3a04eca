import type { UpdateSecretRequest } from "#generated/secretsmanager/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Put } from "#kernel/store.ts";
import type { KeyRecord } from "#services/kms/model.ts";
import type { SecretRecord, SecretVersion } from "../model.ts";
import { identify, replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { addVersion, isRepeated, requireToken } from "../request/new-version.ts";
import { refuseType } from "../request/refusals.ts";
import { openValue, sealingKey, sealValue, valueIn } from "../request/value.ts";
import { current, pending, previous } from "../versions.ts";

export function updateSecret({ box }: SecretsParts): SecretsHandler<"UpdateSecret"> {
  return async (input, ctx) => {
    refuseType(input.Type);
    const versionId = requireToken(input.ClientRequestToken);
    const value = valueIn(input);
    const entry = requireLiveSecret(ctx, input.SecretId);
    if (value !== undefined && (await isRepeated(ctx, entry.value, { versionId, value }, box))) {
      return { ...identify(entry.value), VersionId: versionId };
    }
    const secret = withMetadata(entry.value, input, ctx.clock.now());
    const isRekeyed = secret.kmsKeyId !== entry.value.kmsKeyId;
    if (value === undefined && !isRekeyed) {
      await replaceSecret(ctx, entry, secret);
      return identify(secret);
    }
    const sealing = await sealingKey(ctx, secret, box);
    const rekeyed = isRekeyed ? await encryptAnew(ctx, secret, sealing.key, box) : { secret, puts: [] };
    const version = value && { versionId, value, stages: [current] };
    const made = version && addVersion(ctx, rekeyed.secret, version, sealing.key, box);
    await ctx.store.commit({
      unchanged: [entry, ...sealing.unchanged],
      put: [
        ...sealing.put,
        ...rekeyed.puts,
        ...(made ? [made.put] : []),
        { key: entry.key, value: made?.secret ?? rekeyed.secret },
      ],
      remove: made?.remove ?? [],
    });
    return { ...identify(secret), ...(made && { VersionId: versionId }) };
  };
}

function withMetadata(old: SecretRecord, { Description, KmsKeyId }: UpdateSecretRequest, now: number): SecretRecord {
  return {
    ...old,
    ...(Description !== undefined && { description: Description }),
    ...(KmsKeyId !== undefined && { kmsKeyId: KmsKeyId }),
    lastChangedDate: now,
  };
}

/** With another key, the versions that are still in use are encrypted anew. */
async function encryptAnew(
  ctx: RequestContext,
  secret: SecretRecord,
  key: KeyRecord,
  box: SecretsParts["box"],
): Promise<{ readonly secret: SecretRecord; readonly puts: readonly Put[] }> {
  const puts: Put[] = [];
  const versions: SecretVersion[] = [];
  for (const version of secret.versions) {
    if (isInUse(version)) {
      const bytes = await openValue(ctx, secret, version, box);
      const { put, kmsKeyArn } = sealValue(ctx, secret, version.versionId, bytes, key, box);
      const { kmsKeyArn: _, ...kept } = version;
      puts.push(put);
      versions.push({ ...kept, ...(kmsKeyArn && { kmsKeyArn }) });
    } else versions.push(version);
  }
  return { secret: { ...secret, versions }, puts };
}

function isInUse({ stages }: SecretVersion): boolean {
  return [current, pending, previous].some((stage) => stages.includes(stage));
}
