import type { Operations } from "#generated/kms/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  aliasArn,
  aliases,
  aliasKey,
  defaultKeyPolicy,
  type EncryptionContext,
  keyArn,
  keyIfAny,
  keyKey,
  keys,
  namedArn,
} from "./model.ts";
import { grantToRetire } from "./operations/retire-grant.ts";
import { policyWithGrants } from "./policy-with-grants.ts";
import { decryptingKey } from "./request/decrypt.ts";

/** Which action each operation is, on which keys and aliases. */
export function createAuthorization(box: SecretBox): ServiceAuthorization {
  return {
    prefix: "kms",
    operations: operationsOf(box),
    resourceTags: (arn, scope) => recordOf(arn, scope)?.tags,
    resourcePolicy: (arn, scope) => {
      const key = recordOf(arn, scope);
      // Of a key that does not exist, whoever may do so by the account's policies learns just that.
      return key === undefined ? policyOfAbsent(arn) : policyWithGrants(key, scope.store);
    },
    // What an account's policies allow counts only where the key's policy hands the key over to the account.
    resourcePolicyRequired: (_action, arn) => isKeyArn(arn),
  };
}

type Table = AuthorizationTable<Operations>;

const onKey = { resources: keyArns, conditionKeys: keyConditions } as const;
const cryptographic = {
  resources: keyArns,
  conditionKeys: (input: KeyInput & { readonly EncryptionAlgorithm?: string }, scope: AuthorizationScope) => ({
    ...keyConditions(input, scope),
    ...contextConditions(input.EncryptionContext),
    "kms:EncryptionAlgorithm": input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
  }),
} as const;
const dataKeyPair = {
  resources: keyArns,
  conditionKeys: (input: KeyInput & { readonly KeyPairSpec: string }, scope: AuthorizationScope) => ({
    ...cryptographic.conditionKeys(input, scope),
    "kms:DataKeyPairSpec": input.KeyPairSpec,
  }),
} as const;
const signing = {
  resources: keyArns,
  conditionKeys: (
    input: KeyInput & { readonly SigningAlgorithm: string; readonly MessageType?: string },
    scope: AuthorizationScope,
  ) => ({
    ...keyConditions(input, scope),
    "kms:SigningAlgorithm": input.SigningAlgorithm,
    "kms:MessageType": input.MessageType ?? "RAW",
  }),
} as const;

function operationsOf(box: SecretBox): Table {
  return {
    ...aliasOperations,
    ...grantOperations(box),
    ...encryptionOperations,
    CancelKeyDeletion: onKey,
    CreateKey: {
      conditionKeys: (input, { caller }) => ({
        "kms:CallerAccount": caller.account,
        "kms:KeySpec": input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT",
        "kms:KeyUsage": input.KeyUsage ?? "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": input.Origin ?? "AWS_KMS",
        "kms:MultiRegion": String(input.MultiRegion ?? false),
        "kms:BypassPolicyLockoutSafetyCheck": String(input.BypassPolicyLockoutSafetyCheck ?? false),
      }),
      requestTags: (input) => kmsTags(input.Tags),
      also: (input, scope) =>
        input.Tags?.length
          ? [
              {
                action: "kms:TagResource",
                resource: keyArn({ ...scope, keyId: "*" }),
                requestTags: kmsTags(input.Tags),
                conditionKeys: { "kms:CallerAccount": scope.caller.account },
              },
            ]
          : [],
    },
    DescribeKey: onKey,
    DisableKey: onKey,
    DisableKeyRotation: onKey,
    EnableKey: onKey,
    EnableKeyRotation: {
      ...onKey,
      conditionKeys: (input, scope) => ({
        ...keyConditions(input, scope),
        "kms:RotationPeriodInDays": input.RotationPeriodInDays?.toString(),
      }),
    },
    GenerateRandom: {},
    GetKeyPolicy: onKey,
    GetKeyRotationStatus: onKey,
    GetPublicKey: onKey,
    ListKeyPolicies: onKey,
    ListKeyRotations: onKey,
    ListKeys: {},
    ListResourceTags: onKey,
    PutKeyPolicy: {
      ...onKey,
      conditionKeys: (input, scope) => ({
        ...keyConditions(input, scope),
        "kms:BypassPolicyLockoutSafetyCheck": String(input.BypassPolicyLockoutSafetyCheck ?? false),
      }),
    },
    RotateKeyOnDemand: onKey,
    ScheduleKeyDeletion: {
      ...onKey,
      conditionKeys: (input, scope) => ({
        ...keyConditions(input, scope),
        "kms:ScheduleKeyDeletionPendingWindowInDays": String(input.PendingWindowInDays ?? 30),
      }),
    },
    TagResource: { ...onKey, requestTags: (input) => kmsTags(input.Tags) },
    UntagResource: { ...onKey, tagKeys: (input) => input.TagKeys },
    UpdateKeyDescription: onKey,
  };
}

const encryptionOperations: Table = {
  Encrypt: cryptographic,
  Decrypt: {
    ...cryptographic,
    resources: (input, scope) => [arnToDecrypt(input.CiphertextBlob, input.KeyId, scope)],
    // A request need not name the key: the ciphertext does.
    conditionKeys: (input, scope, resource) => cryptographic.conditionKeys({ KeyId: resource, ...input }, scope),
  },
  DeriveSharedSecret: {
    resources: keyArns,
    conditionKeys: (input, scope) => ({
      ...keyConditions(input, scope),
      "kms:KeyAgreementAlgorithm": input.KeyAgreementAlgorithm,
    }),
  },
  GenerateDataKey: cryptographic,
  GenerateDataKeyPair: dataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: dataKeyPair,
  GenerateDataKeyWithoutPlaintext: cryptographic,
  GenerateMac: macOperation(),
  VerifyMac: macOperation(),
  Sign: signing,
  Verify: signing,
  ReEncrypt: {
    action: "kms:ReEncryptFrom",
    resources: (input, scope) => [arnToDecrypt(input.CiphertextBlob, input.SourceKeyId, scope)],
    conditionKeys: (input, scope, resource) => ({
      ...keyConditions({ KeyId: input.SourceKeyId ?? resource }, scope),
      ...contextConditions(input.SourceEncryptionContext),
      "kms:EncryptionAlgorithm": input.SourceEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
      "kms:ReEncryptOnSameKey": String(isSameKey(resource, input.DestinationKeyId, scope)),
    }),
    also: (input, scope) => {
      const [resource] = keyArns({ KeyId: input.DestinationKeyId }, scope);
      const source = arnToDecrypt(input.CiphertextBlob, input.SourceKeyId, scope);
      const conditionKeys = {
        ...keyConditions({ KeyId: input.DestinationKeyId }, scope),
        ...contextConditions(input.DestinationEncryptionContext),
        "kms:EncryptionAlgorithm": input.DestinationEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
        "kms:ReEncryptOnSameKey": String(isSameKey(source, input.DestinationKeyId, scope)),
      };
      return [{ action: "kms:ReEncryptTo", resource: resource!, conditionKeys }];
    },
  },
};

const byAccount = {
  conditionKeys: (_input: unknown, { caller }: AuthorizationScope) => ({ "kms:CallerAccount": caller.account }),
};

/** An alias is made, moved and removed by whoever may do so on the alias and on the key. */
const aliasOperations: Table = {
  CreateAlias: {
    ...byAccount,
    resources: ({ AliasName, TargetKeyId }, scope) => [
      aliasArn(scope, AliasName),
      ...keyArns({ KeyId: TargetKeyId }, scope),
    ],
  },
  UpdateAlias: {
    ...byAccount,
    resources: ({ AliasName, TargetKeyId }, scope) => [
      aliasArn(scope, AliasName),
      ...targetOf(AliasName, scope),
      ...keyArns({ KeyId: TargetKeyId }, scope),
    ],
  },
  DeleteAlias: {
    ...byAccount,
    resources: ({ AliasName }, scope) => [aliasArn(scope, AliasName), ...targetOf(AliasName, scope)],
  },
  ListAliases: {},
};

function grantOperations(box: SecretBox): Table {
  return {
    CreateGrant: {
      ...onKey,
      conditionKeys: (input, scope) => ({
        ...keyConditions(input, scope),
        "kms:GranteePrincipal": input.GranteePrincipal,
        "kms:RetiringPrincipal": input.RetiringPrincipal,
        "kms:GrantOperations": input.Operations,
        "kms:GrantIsForAWSResource": "false",
        ...constraintKeys(input.Constraints),
      }),
    },
    ListGrants: {
      ...onKey,
      conditionKeys: (input, scope) => ({ ...keyConditions(input, scope), "kms:GrantIsForAWSResource": "false" }),
    },
    ListRetirableGrants: {},
    RetireGrant: {
      resources: (input, scope) => {
        const grant = grantIfAny(() => grantToRetire(input, scope, box));
        if (grant === undefined) return keyArns(input, scope);
        const key = scope.store.view(keys).by("id", grant.value.keyId)[0];
        return [key === undefined ? "*" : keyArn(key.value)];
      },
      // No key of AWS's: by it the statements that stand for grants (policy-with-grants.ts) tell one from another.
      conditionKeys: (input, scope, resource) => ({
        ...keyConditions({ KeyId: resource, ...input }, scope),
        "kms:GrantId": grantIfAny(() => grantToRetire(input, scope, box))?.value.grantId,
        ...constraintKeys(grantIfAny(() => grantToRetire(input, scope, box))?.value.constraints),
      }),
    },
    RevokeGrant: {
      ...onKey,
      conditionKeys: (input, scope) => ({ ...keyConditions(input, scope), "kms:GrantIsForAWSResource": "false" }),
    },
  };
}

interface Constraints {
  readonly EncryptionContextEquals?: EncryptionContext;
  readonly EncryptionContextSubset?: EncryptionContext;
}

function constraintKeys({ EncryptionContextEquals, EncryptionContextSubset }: Constraints = {}): ConditionKeys {
  const isEquals = EncryptionContextEquals !== undefined;
  return {
    ...contextConditions(EncryptionContextEquals ?? EncryptionContextSubset),
    "kms:GrantConstraintType": isEquals
      ? "EncryptionContextEquals"
      : EncryptionContextSubset && "EncryptionContextSubset",
  };
}

function macOperation() {
  return {
    resources: keyArns,
    conditionKeys: (input: KeyInput & { readonly MacAlgorithm: string }, scope: AuthorizationScope) => ({
      ...keyConditions(input, scope),
      "kms:MacAlgorithm": input.MacAlgorithm,
    }),
  } as const;
}

interface KeyInput {
  readonly KeyId?: string;
  readonly EncryptionContext?: EncryptionContext;
}

/** The ARN of the key that is meant, also by an alias; of one that does not exist, the ARN that it would have. */
function keyArns({ KeyId }: KeyInput, scope: AuthorizationScope): readonly string[] {
  if (KeyId === undefined) return ["*"];
  const key = keyIfAny(scope, KeyId);
  return [key === undefined ? namedArn(scope, KeyId) : keyArn(key.value)];
}

function keyConditions({ KeyId }: KeyInput, scope: AuthorizationScope): ConditionKeys {
  const key = KeyId === undefined ? undefined : keyIfAny(scope, KeyId)?.value;
  const byAlias = KeyId !== undefined && /^alias\/|:alias\//.test(KeyId);
  return {
    "kms:CallerAccount": scope.caller.account,
    "kms:RequestAlias": byAlias ? KeyId.slice(KeyId.indexOf("alias/")) : undefined,
    ...(key && {
      "kms:KeySpec": key.keySpec,
      "kms:KeyUsage": key.keyUsage,
      "kms:KeyOrigin": "AWS_KMS",
      "kms:MultiRegion": "false",
      "kms:ResourceAliases": scope.store
        .view(aliases)
        .by("target", key.keyId)
        .map(({ value }) => value.aliasName),
    }),
  };
}

/** `kms:EncryptionContext:app` for each pair, and `kms:EncryptionContextKeys`. */
function contextConditions(context: EncryptionContext | undefined): ConditionKeys {
  if (context === undefined) return {};
  const pairs = Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value] as const);
  return { ...Object.fromEntries(pairs), "kms:EncryptionContextKeys": Object.keys(context) };
}

/** The ARN of the key that the handler will decrypt with; when there is none, of the one that the caller names. */
function arnToDecrypt(blob: Uint8Array | undefined, KeyId: string | undefined, scope: AuthorizationScope): string {
  const key = blob && decryptingKey(scope, blob, KeyId);
  return key ? keyArn(key) : keyArns({ ...(KeyId !== undefined && { KeyId }) }, scope)[0]!;
}

function isSameKey(arn: string, identifier: string, scope: AuthorizationScope): boolean {
  return keyArns({ KeyId: identifier }, scope)[0] === arn;
}

function targetOf(aliasName: string, scope: AuthorizationScope): string[] {
  const alias = scope.store.view(aliases).get(aliasKey(scope, aliasName));
  return alias === undefined ? [] : [keyArn({ ...alias.value, keyId: alias.value.targetKeyId })];
}

/** Input that the handler will refuse names no grant. */
function grantIfAny<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function recordOf(text: string, { store }: AuthorizationScope) {
  const arn = isKeyArn(text) ? parseArn(text) : undefined;
  return arn && store.view(keys).get(keyKey(arn, arn.resource.slice("key/".length)))?.value;
}

function policyOfAbsent(text: string): string | undefined {
  const arn = isKeyArn(text) ? parseArn(text) : undefined;
  return arn && defaultKeyPolicy(arn);
}

function isKeyArn(text: string): boolean {
  const arn = parseArn(text);
  return arn?.service === "kms" && arn.resource.startsWith("key/");
}

function kmsTags(tags: readonly { readonly TagKey: string; readonly TagValue: string }[] | undefined) {
  return tagsOf(tags?.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })));
}
