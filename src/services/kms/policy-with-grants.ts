import type { GrantOperation } from "#generated/kms/types.ts";
import type { Store } from "#kernel/store.ts";
import { type GrantRecord, grants, type KeyRecord } from "./model.ts";

/**
 * The text of a key's policy with a statement for each grant: what a grant allows is allowed as by the policy itself.
 * This is how grants take effect.
 */
export function policyWithGrants(key: KeyRecord, store: Pick<Store, "view">): string {
  const given = store.view(grants).by("key", key.keyId);
  if (given.length === 0) return key.policy;
  const policy = JSON.parse(key.policy) as { readonly Version?: string; readonly Statement?: unknown };
  const own = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  const hasVariables = policy.Version === "2012-10-17";
  return JSON.stringify({
    ...policy,
    Statement: [...own, ...given.flatMap(({ value }) => statementsOf(value, hasVariables))],
  });
}

/** The operations that have an encryption context; constraints bind no other. */
const withContext: ReadonlySet<GrantOperation> = new Set([
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
]);

/** Operations whose statements have conditions of their own. */
const ownConditions: ReadonlySet<GrantOperation> = new Set(["CreateGrant", "RetireGrant"]);

function statementsOf(grant: GrantRecord, hasVariables: boolean): unknown[] {
  const { granteePrincipal: grantee, retiringPrincipal: retirer, operations, grantId } = grant;
  const bound = operations.filter((operation) => withContext.has(operation));
  const free = operations.filter((operation) => !withContext.has(operation) && !ownConditions.has(operation));
  const retirers = [...(retirer ? [retirer] : []), ...(operations.includes("RetireGrant") ? [grantee] : [])];
  return [
    allow([grantee], bound, conditionOf(grant, hasVariables)),
    allow([grantee], free, {}),
    operations.includes("CreateGrant") ? allow([grantee], ["CreateGrant"], noWider(grant, hasVariables)) : [],
    allow(retirers, ["RetireGrant"], { StringEquals: { "kms:GrantId": grantId } }),
  ].flat();
}

function allow(principals: readonly string[], operations: readonly string[], Condition: object): unknown[] {
  if (principals.length === 0 || operations.length === 0) return [];
  const Action = operations.map((operation) => `kms:${operation}`);
  return [{ Effect: "Allow", Principal: { AWS: principals }, Action, Resource: "*", Condition }];
}

/**
 * Whoever may make grants by a grant may not give more than it gives: none of other operations, and none whose
 * constraint is less strict (AWS KMS Developer Guide, "Granting CreateGrant permission"). The keys of the encryption
 * context are, in a request for a grant, those of its constraint.
 */
function noWider(grant: GrantRecord, hasVariables: boolean): object {
  const { StringEquals, "ForAllValues:StringEquals": keys } = conditionOf(grant, hasVariables);
  const isEquals = grant.constraints?.EncryptionContextEquals !== undefined;
  return {
    ...((StringEquals || isEquals) && {
      StringEquals: { ...StringEquals, ...(isEquals && { "kms:GrantConstraintType": "EncryptionContextEquals" }) },
    }),
    "ForAllValues:StringEquals": { ...keys, "kms:GrantOperations": grant.operations },
  };
}

interface ContextCondition {
  readonly StringEquals?: Readonly<Record<string, string>>;
  readonly "ForAllValues:StringEquals"?: Readonly<Record<string, readonly string[]>>;
}

function conditionOf({ constraints }: GrantRecord, hasVariables: boolean): ContextCondition {
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = constraints ?? {};
  // What is given as a constraint means itself: it is no place for policy variables.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is IAM's way to write a dollar sign.
  const literal = (text: string) => (hasVariables ? text.replaceAll("$", "${$}") : text);
  const pairs = Object.entries({ ...subset, ...equals });
  return {
    ...(pairs.length > 0 && {
      StringEquals: Object.fromEntries(pairs.map(([name, text]) => [`kms:EncryptionContext:${name}`, literal(text)])),
    }),
    // Equal means: no other pair.
    ...(equals && {
      "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": Object.keys(equals).map(literal) },
    }),
  };
}
