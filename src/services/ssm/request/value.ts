import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { World } from "#kernel/world.ts";
import {
  checkUsable,
  decryptUnder,
  encryptUnder,
  findKey,
  keyIdIn,
  keys,
  type ManagedKey,
  managedAlias,
  managedKey,
  namedArn,
} from "#services/kms/model.ts";
import { type ParameterRecord, type ParameterVersionRecord, parameterArn } from "../model.ts";

export const defaultKeyId = managedAlias("ssm");

/**
 * The key that a SecureString is encrypted under, and what the commit that uses it must carry: the account's AWS
 * managed key is made on its first use.
 */
export async function sealingKey(ctx: RequestContext, keyId: string, box: SecretBox): Promise<ManagedKey> {
  if (namedArn(ctx, keyId) === namedArn(ctx, defaultKeyId)) {
    return managedKey(ctx.store, ctx, "ssm", { box, random: ctx.random }, ctx.clock.now());
  }
  const key = asInvalidKey(ctx, () => {
    const found = findKey(ctx, keyId);
    checkUsable(found.value, "Encrypt");
    return found;
  });
  return { key: key.value, unchanged: [key], put: [] };
}

/** Encrypts a value, bound to its parameter. Gives base64. */
export function sealValue(
  ctx: RequestContext,
  name: string,
  value: string,
  { key }: ManagedKey,
  box: SecretBox,
): string {
  const parts = { box, random: ctx.random };
  const context = contextOf(ctx, name);
  return Buffer.from(asInvalidKey(ctx, () => encryptUnder(key, Buffer.from(value), context, parts))).toString("base64");
}

/** The value of a version: that of a SecureString in plain, or as it is kept. */
export function readValue(
  ctx: RequestContext,
  parameter: ParameterRecord,
  version: ParameterVersionRecord,
  options: { readonly decrypt: boolean | undefined; readonly box: SecretBox },
): string {
  if (version.type !== "SecureString" || !options.decrypt) return version.value;
  const blob = Buffer.from(version.value, "base64");
  const key = ctx.store.view(keys).by("id", keyIdIn(blob) ?? "")[0]?.value;
  const decrypted = asInvalidKey(ctx, () => {
    if (key === undefined) return undefined;
    checkUsable(key, "Decrypt");
    return decryptUnder(key, blob, contextOf(parameter, parameter.name), options.box);
  });
  if (decrypted === undefined) throw new Fault("InvalidKeyId", `The parameter ${parameter.name} cannot be decrypted.`);
  return Buffer.from(decrypted.plaintext).toString();
}

/** As AWS binds them: a ciphertext put in another parameter's place does not open. */
export function contextOf(world: World, name: string): Record<string, string> {
  return { PARAMETER_ARN: parameterArn(world, name) };
}

/** What KMS refuses is told as it says it. */
function asInvalidKey<T>(ctx: RequestContext, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const message = `${error.message} (Service: Kms, Status Code: 400, Request ID: ${ctx.requestId})`;
    throw new Fault("InvalidKeyId", message);
  }
}
