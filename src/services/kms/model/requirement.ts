import type { AuthorizationScope, Requirement } from "#kernel/authorization.ts";
import type { EncryptionContext } from "./ciphertext.ts";
import { keyIfAny } from "./find.ts";
import { keyArn } from "./key.ts";
import { viaService } from "./policy.ts";

/** What a service does with a key on behalf of a caller. */
export interface KeyUse {
  /** The service through which the key is used: `ssm`. */
  readonly service: string;
  readonly actions: readonly ("Encrypt" | "Decrypt" | "GenerateDataKey")[];
  readonly context: EncryptionContext;
}

/**
 * What a caller must be allowed to have a service use a key. Nothing for the service's own AWS managed key in the
 * account: its policy allows whoever may use the service. `identifier` is a key's id, ARN or alias.
 */
export function keyRequirements(
  scope: AuthorizationScope,
  identifier: string | undefined,
  { service, actions, context }: KeyUse,
): Requirement[] {
  const key = identifier === undefined ? undefined : keyIfAny(scope, identifier)?.value;
  if (key === undefined || (key.keyManager === "AWS" && key.account === scope.caller.account)) return [];
  const pairs = Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value] as const);
  const conditionKeys = {
    ...Object.fromEntries(pairs),
    "aws:ViaAWSService": "true",
    "kms:EncryptionContextKeys": Object.keys(context),
    "kms:CallerAccount": scope.caller.account,
    "kms:ViaService": viaService(service, scope.region),
  };
  return actions.map((action) => ({ action: `kms:${action}`, resource: keyArn(key), conditionKeys }));
}
