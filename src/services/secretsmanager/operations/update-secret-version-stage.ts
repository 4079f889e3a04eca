import { Fault } from "#kernel/fault.ts";
import { identify, replaceSecret, requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";
import { attachStages, current, detachStage, versionWith } from "../versions.ts";

export const UpdateSecretVersionStage: SecretsHandler<"UpdateSecretVersionStage"> = async (input, ctx) => {
  const { VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
  const secret = requireLiveSecret(ctx, input.SecretId);
  const { versions } = secret.value;
  const holder = versionWith(versions, stage)?.versionId;
  for (const versionId of [from, to]) {
    if (versionId === undefined || versions.some((version) => version.versionId === versionId)) continue;
    const message = `Secrets Manager can't find the specified secret value for VersionId: ${versionId}`;
    throw new Fault("ResourceNotFoundException", message);
  }
  if (from === undefined && to === undefined) {
    throw new Fault("InvalidParameterException", "You must provide RemoveFromVersionId or MoveToVersionId.");
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    const message =
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ` +
      `${holder}, so you must explicitly reference that version in RemoveFromVersionId.`;
    throw new Fault("InvalidParameterException", message);
  }
  if (from !== undefined && holder !== from) {
    const message = `The staging label ${stage} is currently not attached to version ${from}.`;
    throw new Fault("InvalidParameterException", message);
  }
  if (stage === current && to === undefined) {
    const message = `You can only move staging label ${stage} to a different version. It can't be completely removed.`;
    throw new Fault("InvalidParameterException", message);
  }
  const changed = to === undefined ? detachStage(versions, stage) : attachStages(versions, to, [stage]);
  await replaceSecret(ctx, secret, { ...secret.value, versions: changed, lastChangedDate: ctx.clock.now() });
  return identify(secret.value);
};
