import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { parseSecretId, type SecretRecord, secretArn, secretKey, secrets } from "../model.ts";

/** Refuses a text that cannot be a secret's name. */
export function checkName(name: string): void {
  if (/^[\w/+=.@!-]+$/.test(name)) return;
  const message =
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
  throw new Fault("ValidationException", message);
}

/** The secret that a name or an ARN stands for, of whatever account. */
export function requireSecret(ctx: RequestContext, secretId: string): Entry<SecretRecord> {
  if (!secretId.startsWith("arn:")) checkName(secretId);
  const found = secretIfAny(ctx, secretId);
  if (found !== undefined) return found;
  throw new Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

/** The same, of an operation that a secret waiting to be removed takes no part in. */
export function requireLiveSecret(ctx: RequestContext, secretId: string): Entry<SecretRecord> {
  const secret = requireSecret(ctx, secretId);
  if (secret.value.deletionDate === undefined) return secret;
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  throw new Fault("InvalidRequestException", message);
}

export function secretIfAny(
  scope: World & { readonly store: Pick<Store, "view"> },
  secretId: string,
): Entry<SecretRecord> | undefined {
  const named = parseSecretId(scope, secretId);
  if (named === undefined || named.region !== scope.region) return undefined;
  const found = scope.store.view(secrets).get(secretKey(named, named.name));
  return named.suffix === undefined || found?.value.suffix === named.suffix ? found : undefined;
}

/** The two members that most answers begin with. */
export function identify(secret: SecretRecord): { readonly ARN: string; readonly Name: string } {
  return { ARN: secretArn(secret), Name: secret.name };
}

/** Writes a changed secret. */
export async function replaceSecret(
  ctx: RequestContext,
  secret: Entry<SecretRecord>,
  value: SecretRecord,
): Promise<void> {
  await ctx.store.commit({ unchanged: [secret], put: [{ key: secret.key, value }] });
}
