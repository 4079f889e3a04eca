import type { Operations, ResourceTypeForTagging } from "#generated/ssm/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { worldOf } from "#kernel/world.ts";
import { keyArnInBlob, keyRequirements } from "#services/kms/model.ts";
import {
  isPublicName,
  mostVersions,
  type ParameterRecord,
  parameterArn,
  parameters,
  parameterVersions,
  parseReference,
  versionKey,
} from "./model.ts";
import { parameterIfAny, versionOf } from "./request/find.ts";
import { isUnder } from "./request/names.ts";
import { contextOf, defaultKeyId } from "./request/value.ts";

const onParameter = {
  resources: ({ Name }: { readonly Name: string }, scope: AuthorizationScope) => [arnOf(Name, scope)],
};
const onParameters = {
  resources: ({ Names }: { readonly Names: readonly string[] }, scope: AuthorizationScope) =>
    [...new Set(Names)].map((name) => arnOf(name, scope)),
};
const onTagged = {
  resources: (
    { ResourceType, ResourceId }: { readonly ResourceType: ResourceTypeForTagging; readonly ResourceId: string },
    scope: AuthorizationScope,
  ) => (ResourceType === "Parameter" ? [arnOf(ResourceId, scope)] : []),
};

const onSession = {
  resources: ({ SessionId }: { readonly SessionId: string }, { partition, region, account }: AuthorizationScope) => [
    `arn:${partition}:ssm:${region}:${account}:session/${SessionId}`,
  ],
};

/** "Actions, resources, and condition keys for AWS Systems Manager" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  AddTagsToResource: { ...onTagged, requestTags: ({ Tags }) => tagsOf(Tags) },
  DeleteParameter: onParameter,
  DeleteParameters: onParameters,
  DescribeParameters: {},
  GetParameter: {
    ...onParameter,
    also: ({ Name, WithDecryption }, scope) => (WithDecryption ? toRead([Name], scope) : []),
  },
  GetParameterHistory: {
    ...onParameter,
    also: ({ Name, WithDecryption }, scope) => (WithDecryption ? toReadAll(Name, scope) : []),
  },
  GetParameters: {
    ...onParameters,
    also: ({ Names, WithDecryption }, scope) => (WithDecryption ? toRead(Names, scope) : []),
  },
  GetParametersByPath: {
    resources: ({ Path }, scope) => [isPublicName(`${Path}/`) ? publicArn(scope, Path) : parameterArn(scope, Path)],
    conditionKeys: ({ Recursive = false }) => ({ "ssm:Recursive": String(Recursive) }),
    also: ({ Path, Recursive = false, WithDecryption }, scope) =>
      WithDecryption ? below(Path, Recursive, scope).flatMap((parameter) => toReadOne(parameter, scope)) : [],
  },
  LabelParameterVersion: onParameter,
  ListTagsForResource: onTagged,
  PutParameter: {
    ...onParameter,
    conditionKeys: ({ Overwrite = false }) => ({ "ssm:Overwrite": String(Overwrite) }),
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: (input, scope) => [
      ...(input.Tags?.length
        ? [{ action: "ssm:AddTagsToResource", resource: arnOf(input.Name, scope), requestTags: tagsOf(input.Tags) }]
        : []),
      ...(isSecure(input, scope) ? toWrite(input, scope) : []),
    ],
  },
  RemoveTagsFromResource: { ...onTagged, tagKeys: ({ TagKeys }) => TagKeys },
  ResumeSession: onSession,
  TerminateSession: onSession,
  UnlabelParameterVersion: onParameter,
};

export const authorization: ServiceAuthorization = {
  prefix: "ssm",
  operations,
  resourceTags: (arn, scope) => parameterIfAny(scope, arn)?.entry.value.tags,
};

/** The ARN of a parameter that a name or an ARN stands for, whatever version it selects. */
function arnOf(text: string, scope: AuthorizationScope): string {
  const reference = parseReference(scope, text);
  if (reference === undefined) return text;
  const name = reference.names[0]!;
  return !text.startsWith("arn:") && isPublicName(name) ? publicArn(scope, name) : parameterArn(reference, name);
}

function publicArn({ region }: AuthorizationScope, name: string): string {
  return parameterArn({ account: "", region }, name);
}

function isSecure({ Name, Type }: Operations["PutParameter"]["input"], scope: AuthorizationScope): boolean {
  return (Type ?? parameterIfAny(scope, Name)?.entry.value.newest.type) === "SecureString";
}

function below(path: string, recursive: boolean, scope: AuthorizationScope): readonly ParameterRecord[] {
  const all = scope.store.view(parameters).by("world", worldOf(scope));
  return all.map(({ value }) => value).filter(({ name }) => isUnder(name, path, recursive));
}

function toRead(names: readonly string[], scope: AuthorizationScope): Requirement[] {
  return names.flatMap((name) => {
    const found = parameterIfAny(scope, name);
    if (found === undefined) return [];
    const parameter = found.entry.value;
    const { selector } = found.reference;
    return toReadOne(parameter, scope, selector === undefined ? parameter.version : versionOf(parameter, selector));
  });
}

function toReadAll(name: string, scope: AuthorizationScope): Requirement[] {
  const parameter = parameterIfAny(scope, name)?.entry.value;
  if (parameter === undefined) return [];
  const versions = Array.from({ length: mostVersions }, (_, i) => parameter.version - i);
  return versions.flatMap((version) => toReadOne(parameter, scope, version));
}

/** The key that counts is the one in the ciphertext: an alias may have moved on since. */
function toReadOne(parameter: ParameterRecord, scope: AuthorizationScope, version = parameter.version): Requirement[] {
  const record = scope.store.view(parameterVersions).get(versionKey(parameter, version))?.value;
  if (record?.type !== "SecureString") return [];
  const context = contextOf(parameter, parameter.name);
  const key = keyArnInBlob(scope, Buffer.from(record.value, "base64"));
  return keyRequirements(scope, key, { service: "ssm", actions: ["Decrypt"], context });
}

function toWrite({ Name, KeyId }: Operations["PutParameter"]["input"], scope: AuthorizationScope): Requirement[] {
  const keyId = KeyId ?? parameterIfAny(scope, Name)?.entry.value.newest.keyId ?? defaultKeyId;
  return keyRequirements(scope, keyId, { service: "ssm", actions: ["Encrypt"], context: contextOf(scope, Name) });
}
