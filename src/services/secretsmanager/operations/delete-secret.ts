import type { DeleteSecretRequest } from "#generated/secretsmanager/types.ts";
import { formatArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { parseSecretId, type SecretRecord, secretValueKey } from "../model.ts";
import { checkName, identify, replaceSecret, requireLiveSecret, secretIfAny } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

const dayMs = 86_400_000;

/** Removes a secret, or records when it is to go; controllers/removal removes it then. */
export const DeleteSecret: SecretsHandler<"DeleteSecret"> = async (input, ctx) => {
  checkWindow(input);
  const now = ctx.clock.now();
  if (input.ForceDeleteWithoutRecovery) {
    const found = secretIfAny(ctx, input.SecretId);
    if (found === undefined) return { ...absent(input.SecretId, ctx), DeletionDate: now };
    await removeNow(ctx, found);
    return { ...identify(found.value), DeletionDate: now };
  }
  const secret = requireLiveSecret(ctx, input.SecretId);
  const deletionDate = now + (input.RecoveryWindowInDays ?? 30) * dayMs;
  await replaceSecret(ctx, secret, { ...secret.value, deletionDate });
  return { ...identify(secret.value), DeletionDate: deletionDate };
};

function checkWindow({ RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }: DeleteSecretRequest): void {
  if (days === undefined) return;
  if (force) {
    const message = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.";
    throw new Fault("InvalidParameterException", message);
  }
  if (days < 7 || days > 30) {
    const message = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).";
    throw new Fault("InvalidParameterException", message);
  }
}

async function removeNow(ctx: RequestContext, secret: Entry<SecretRecord>): Promise<void> {
  const values = secret.value.versions.map(({ versionId }) => secretValueKey(secret.value, versionId));
  await ctx.store.commit({ unchanged: [secret], remove: [secret.key, ...values] });
}

/** To remove at once what is not there is no error. */
function absent(secretId: string, ctx: RequestContext): { readonly ARN: string; readonly Name: string } {
  if (!secretId.startsWith("arn:")) checkName(secretId);
  const Name = parseSecretId(ctx, secretId)?.name ?? secretId;
  const { partition, region, account } = ctx;
  const resource = `secret:${Name}`;
  return { ARN: formatArn({ partition, service: "secretsmanager", region, account, resource }), Name };
}
