import { Fault } from "#kernel/fault.ts";
import { identify, replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { addVersion, isRepeated, requireToken } from "../request/new-version.ts";
import { sealingKey, valueIn } from "../request/value.ts";
import { attachStages, current } from "../versions.ts";

export function putSecretValue({ box }: SecretsParts): SecretsHandler<"PutSecretValue"> {
  return async (input, ctx) => {
    const versionId = requireToken(input.ClientRequestToken);
    const value = valueIn(input);
    if (value === undefined) {
      throw new Fault("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
    }
    if (input.RotationToken !== undefined) {
      throw new Fault("InvalidParameterException", "RotationToken is not supported: no rotation function runs here.");
    }
    const secret = requireLiveSecret(ctx, input.SecretId);
    const stages = [...new Set(input.VersionStages ?? [current])];
    if (await isRepeated(ctx, secret.value, { versionId, value }, box)) {
      const versions = attachStages(secret.value.versions, versionId, input.VersionStages ?? []);
      if (input.VersionStages !== undefined) await replaceSecret(ctx, secret, { ...secret.value, versions });
      const VersionStages = versions.find((version) => version.versionId === versionId)!.stages;
      return { ...identify(secret.value), VersionId: versionId, VersionStages };
    }
    const sealing = await sealingKey(ctx, secret.value, box);
    const made = addVersion(ctx, secret.value, { versionId, value, stages }, sealing.key, box);
    await ctx.store.commit({
      unchanged: [secret, ...sealing.unchanged],
      put: [...sealing.put, made.put, { key: secret.key, value: made.secret }],
      remove: made.remove,
    });
    const VersionStages = made.secret.versions.find((version) => version.versionId === versionId)!.stages;
    return { ...identify(secret.value), VersionId: versionId, VersionStages };
  };
}
