import type { CreateSecretRequest } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { characters } from "#kernel/random.ts";
import { type SecretRecord, secretKey } from "../model.ts";
import { checkName, identify } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { addVersion, isRepeated, type NewVersion, requireToken } from "../request/new-version.ts";
import { refuseReplicas, refuseType } from "../request/refusals.ts";
import { withTags } from "../request/tags.ts";
import { sealingKey, valueIn } from "../request/value.ts";
import { current } from "../versions.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function createSecret({ box }: SecretsParts): SecretsHandler<"CreateSecret"> {
  return async (input, ctx) => {
    checkName(input.Name);
    refuseReplicas(input.AddReplicaRegions);
    refuseType(input.Type);
    const versionId = requireToken(input.ClientRequestToken);
    const value = valueIn(input);
    const version = value && { versionId, value, stages: [current] };
    const existing = await ctx.store.get(secretKey(ctx, input.Name));
    if (existing.value !== undefined) return answerAgain(existing.value, version, ctx, box);
    const secret = newSecret(input, ctx);
    if (version === undefined) {
      await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value: secret }] });
      return identify(secret);
    }
    const sealing = await sealingKey(ctx, secret, box);
    const made = addVersion(ctx, secret, version, sealing.key, box);
    await ctx.store.commit({
      unchanged: [existing, ...sealing.unchanged],
      put: [...sealing.put, made.put, { key: existing.key, value: made.secret }],
    });
    return { ...identify(secret), VersionId: versionId };
  };
}

function newSecret(input: CreateSecretRequest, ctx: RequestContext): SecretRecord {
  const now = ctx.clock.now();
  return {
    account: ctx.account,
    region: ctx.region,
    name: input.Name,
    suffix: characters(ctx.random, 6, `${letters}${letters.toLowerCase()}0123456789`),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
    createdDate: now,
    lastChangedDate: now,
    ...(input.Tags && { tags: withTags(undefined, input.Tags) }),
    versions: [],
  };
}

/** The same request sent again is answered as the first time; another one finds the name taken. */
async function answerAgain(
  secret: SecretRecord,
  version: NewVersion | undefined,
  ctx: RequestContext,
  box: SecretsParts["box"],
) {
  if (secret.deletionDate !== undefined) {
    const message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    throw new Fault("InvalidRequestException", message);
  }
  if (version !== undefined && (await isRepeated(ctx, secret, version, box))) {
    return { ...identify(secret), VersionId: version.versionId };
  }
  throw new Fault("ResourceExistsException", `The operation failed because the secret ${secret.name} already exists.`);
}
