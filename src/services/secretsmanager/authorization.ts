import type { Operations } from "#generated/secretsmanager/types.ts";
import { formatArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Entry } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { type KeyUse, keyRequirements, managedAlias } from "#services/kms/model.ts";
import { parseSecretId, type SecretRecord, secretArn, secrets } from "./model.ts";
import { matchesFilters } from "./request/filters.ts";
import { secretIfAny } from "./request/find.ts";
import { contextOf } from "./request/value.ts";
import { current, versionWith } from "./versions.ts";

/** Which action each operation is, on which secrets. */
export const authorization: ServiceAuthorization = {
  prefix: "secretsmanager",
  operations: operations(),
  resourceTags: (arn, scope) => recordOf(arn, scope)?.tags,
  resourcePolicy: (arn, scope) => recordOf(arn, scope)?.policy,
};

function operations(): AuthorizationTable<Operations> {
  const onSecret = { resources: secretArns, conditionKeys } as const;
  return {
    BatchGetSecretValue: {
      also: ({ SecretIdList, Filters }, scope) => [
        ...(Filters === undefined ? [] : [{ action: "secretsmanager:ListSecrets", resource: "*" }]),
        ...readable(SecretIdList, Filters, scope).flatMap((secretId) => readRequirements(secretId, scope)),
      ],
    },
    CancelRotateSecret: onSecret,
    CreateSecret: {
      resources: ({ Name }, scope) => [arnToBe(scope, Name)],
      conditionKeys: ({ Name, Description, KmsKeyId, ...input }) => ({
        "secretsmanager:Name": Name,
        "secretsmanager:Description": Description,
        "secretsmanager:KmsKeyArn": KmsKeyId,
        "secretsmanager:KmsKeyId": KmsKeyId,
        ...replicaKeys(input),
      }),
      requestTags: ({ Tags }) => tagsOf(Tags),
      also: ({ Name, Tags, KmsKeyId }, scope) => [
        ...(Tags?.length
          ? [{ action: "secretsmanager:TagResource", resource: arnToBe(scope, Name), requestTags: tagsOf(Tags) }]
          : []),
        ...keyRequirements(scope, KmsKeyId, writeUse({ SecretARN: arnToBe(scope, Name) })),
      ],
    },
    DeleteResourcePolicy: onSecret,
    DeleteSecret: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:RecoveryWindowInDays": input.RecoveryWindowInDays?.toString(),
        "secretsmanager:ForceDeleteWithoutRecovery": input.ForceDeleteWithoutRecovery?.toString(),
      }),
    },
    DescribeSecret: onSecret,
    GetRandomPassword: {},
    GetResourcePolicy: onSecret,
    GetSecretValue: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:VersionId": input.VersionId,
        "secretsmanager:VersionStage": input.VersionStage ?? (input.VersionId === undefined ? current : undefined),
      }),
      also: ({ SecretId, VersionId, VersionStage }, scope) =>
        decryptRequirements(SecretId, scope, VersionId, VersionStage),
    },
    ListSecretVersionIds: onSecret,
    ListSecrets: {},
    PutResourcePolicy: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:BlockPublicPolicy": input.BlockPublicPolicy?.toString(),
      }),
    },
    PutSecretValue: {
      ...onSecret,
      also: ({ SecretId, ClientRequestToken }, scope) => encryptRequirements(SecretId, scope, ClientRequestToken),
    },
    RemoveRegionsFromReplication: onSecret,
    ReplicateSecretToRegions: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({ ...conditionKeys(input, scope), ...replicaKeys(input) }),
    },
    RestoreSecret: onSecret,
    RotateSecret: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:RotationLambdaARN": input.RotationLambdaARN,
        "secretsmanager:RotateImmediately": String(input.RotateImmediately ?? true),
        "secretsmanager:ModifyRotationRules": String(input.RotationRules !== undefined),
      }),
    },
    StopReplicationToReplica: onSecret,
    TagResource: { ...onSecret, requestTags: ({ Tags }) => tagsOf(Tags) },
    UntagResource: { ...onSecret, tagKeys: ({ TagKeys }) => TagKeys },
    UpdateSecret: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:Description": input.Description,
        "secretsmanager:KmsKeyArn": input.KmsKeyId,
        "secretsmanager:KmsKeyId": input.KmsKeyId,
      }),
      also: ({ SecretId, ClientRequestToken, KmsKeyId }, scope) =>
        encryptRequirements(SecretId, scope, ClientRequestToken, KmsKeyId),
    },
    UpdateSecretVersionStage: {
      resources: secretArns,
      conditionKeys: (input, scope) => ({
        ...conditionKeys(input, scope),
        "secretsmanager:VersionStage": input.VersionStage,
      }),
    },
    ValidateResourcePolicy: {
      resources: ({ SecretId }, scope) => (SecretId === undefined ? [] : secretArns({ SecretId }, scope)),
      conditionKeys: ({ SecretId }, scope) => (SecretId === undefined ? {} : conditionKeys({ SecretId }, scope)),
    },
  };
}

interface WithReplicas {
  readonly AddReplicaRegions?: readonly { readonly Region?: string }[];
  readonly ForceOverwriteReplicaSecret?: boolean;
}

function replicaKeys({ AddReplicaRegions, ForceOverwriteReplicaSecret }: WithReplicas): ConditionKeys {
  return {
    "secretsmanager:AddReplicaRegions": AddReplicaRegions?.flatMap(({ Region }) => Region ?? []),
    "secretsmanager:ForceOverwriteReplicaSecret": ForceOverwriteReplicaSecret?.toString(),
  };
}

interface SecretInput {
  readonly SecretId: string;
}

function secretArns({ SecretId }: SecretInput, scope: AuthorizationScope): readonly string[] {
  const secret = secretIfAny(scope, SecretId);
  if (secret !== undefined) return [secretArn(secret.value)];
  const named = parseSecretId(scope, SecretId);
  return [named?.suffix === undefined ? arnToBe(scope, named?.name ?? SecretId) : SecretId];
}

/** The ARN of a secret that does not exist: as IAM takes it, with a question mark for each character to be drawn. */
function arnToBe({ partition, region, account }: AuthorizationScope, name: string): string {
  return formatArn({ partition, service: "secretsmanager", region, account, resource: `secret:${name}-??????` });
}

function conditionKeys({ SecretId }: SecretInput, scope: AuthorizationScope): ConditionKeys {
  const secret = secretIfAny(scope, SecretId)?.value;
  return {
    "secretsmanager:SecretId": secret === undefined ? SecretId : secretArn(secret),
    "secretsmanager:SecretPrimaryRegion": secret?.region,
  };
}

/** The secrets of a batch: those that are listed, or those that the filters find. */
function readable(
  ids: readonly string[] | undefined,
  filters: Operations["BatchGetSecretValue"]["input"]["Filters"],
  scope: AuthorizationScope,
): readonly string[] {
  if (ids !== undefined) return ids;
  const all: readonly Entry<SecretRecord>[] = scope.store.view(secrets).by("world", worldOf(scope));
  return all.filter(({ value }) => matchesFilters(value, filters ?? [])).map(({ value }) => secretArn(value));
}

function readRequirements(secretId: string, scope: AuthorizationScope): Requirement[] {
  return [
    {
      action: "secretsmanager:GetSecretValue",
      resource: secretArns({ SecretId: secretId }, scope)[0]!,
      conditionKeys: { ...conditionKeys({ SecretId: secretId }, scope), "secretsmanager:VersionStage": current },
    },
    ...decryptRequirements(secretId, scope),
  ];
}

function decryptRequirements(
  secretId: string,
  scope: AuthorizationScope,
  versionId?: string,
  stage: string = current,
): Requirement[] {
  const secret = secretIfAny(scope, secretId)?.value;
  if (secret === undefined) return [];
  const version =
    versionId === undefined
      ? versionWith(secret.versions, stage)
      : secret.versions.find((other) => other.versionId === versionId);
  const context = contextOf(secret, version?.versionId ?? "");
  const use: KeyUse = { service: "secretsmanager", actions: ["Decrypt"], context };
  // Only another account's caller needs more for the AWS managed key than the right to use the service.
  const world = { ...scope, account: secret.account };
  return keyRequirements(world, version?.kmsKeyArn ?? managedAlias("secretsmanager"), use);
}

function encryptRequirements(
  secretId: string,
  scope: AuthorizationScope,
  versionId = "",
  kmsKeyId?: string,
): Requirement[] {
  const secret = secretIfAny(scope, secretId)?.value;
  if (secret === undefined) return [];
  const world = { ...scope, account: secret.account };
  const key = kmsKeyId ?? secret.kmsKeyId ?? managedAlias("secretsmanager");
  return keyRequirements(world, key, writeUse(contextOf(secret, versionId)));
}

function writeUse(context: Readonly<Record<string, string>>): KeyUse {
  return { service: "secretsmanager", actions: ["GenerateDataKey", "Decrypt"], context };
}

function recordOf(arn: string, scope: AuthorizationScope): SecretRecord | undefined {
  const named = parseSecretId(scope, arn);
  if (named === undefined) return undefined;
  return secretIfAny({ ...scope, region: named.region }, arn)?.value;
}
