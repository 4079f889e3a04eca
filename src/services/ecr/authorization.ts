import type { Operations } from "#generated/ecr/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  passRole,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import {
  normalPrefix,
  parseRepositoryArn,
  type RepositoryRecord,
  registrySettings,
  repositories,
  repositoryArn,
  repositoryKey,
  rootPrefix,
} from "./model.ts";
import { type RepositoryInput, registryOf } from "./request/find.ts";

/** Which action each operation is, on which repositories. */
export const authorization: ServiceAuthorization = {
  prefix: "ecr",
  operations: operations(),
  resourceTags: (arn, scope) => recordOf(arn, scope)?.tags,
  resourcePolicy: policiesOf,
};

function operations(): AuthorizationTable<Operations> {
  const onRepository = { resources: repositoryArns } as const;
  const onArn = { resources: ({ resourceArn }: { readonly resourceArn: string }) => [resourceArn] } as const;
  return {
    BatchCheckLayerAvailability: onRepository,
    BatchDeleteImage: onRepository,
    BatchGetImage: onRepository,
    BatchGetRepositoryScanningConfiguration: {
      resources: ({ repositoryNames }, scope) => repositoryNames.map((name) => repositoryArn(scope, name)),
    },
    CompleteLayerUpload: onRepository,
    CreatePullThroughCacheRule: {},
    CreateRepository: {
      resources: repositoryArns,
      requestTags: ({ tags }) => tagsOf(tags),
      also: (input, scope) =>
        input.tags?.length
          ? [
              {
                action: "ecr:TagResource",
                resource: repositoryArns(input, scope)[0]!,
                requestTags: tagsOf(input.tags),
              },
            ]
          : [],
    },
    CreateRepositoryCreationTemplate: { also: templateRequirements },
    DeleteLifecyclePolicy: onRepository,
    DeletePullThroughCacheRule: {},
    DeleteRegistryPolicy: {},
    DeleteRepository: onRepository,
    DeleteRepositoryCreationTemplate: {},
    DeleteRepositoryPolicy: onRepository,
    DeleteSigningConfiguration: {},
    DeregisterPullTimeUpdateExclusion: {},
    DescribeImageReplicationStatus: onRepository,
    DescribeImageScanFindings: onRepository,
    DescribeImageSigningStatus: onRepository,
    DescribeImages: onRepository,
    DescribePullThroughCacheRules: {},
    DescribeRegistry: {},
    DescribeRepositories: {
      resources: (input, scope) =>
        (input.repositoryNames ?? ["*"]).map((name) => repositoryArn(registryOf(scope, input), name)),
    },
    DescribeRepositoryCreationTemplates: {},
    GetAccountSetting: { conditionKeys: accountSettingKey },
    GetAuthorizationToken: {},
    GetDownloadUrlForLayer: onRepository,
    GetLifecyclePolicy: onRepository,
    GetLifecyclePolicyPreview: onRepository,
    GetRegistryPolicy: {},
    GetRegistryScanningConfiguration: {},
    GetRepositoryPolicy: onRepository,
    GetSigningConfiguration: {},
    InitiateLayerUpload: onRepository,
    // The service has no action of its own for it.
    ListImageReferrers: { ...onRepository, action: "ecr:BatchGetImage" },
    ListImages: onRepository,
    ListPullTimeUpdateExclusions: {},
    ListTagsForResource: onArn,
    PutAccountSetting: { conditionKeys: accountSettingKey },
    PutImage: onRepository,
    PutImageScanningConfiguration: onRepository,
    PutImageTagMutability: onRepository,
    PutLifecyclePolicy: onRepository,
    PutRegistryPolicy: {},
    PutRegistryScanningConfiguration: {},
    PutReplicationConfiguration: {},
    PutSigningConfiguration: {},
    RegisterPullTimeUpdateExclusion: {},
    SetRepositoryPolicy: onRepository,
    StartImageScan: onRepository,
    StartLifecyclePolicyPreview: onRepository,
    TagResource: { ...onArn, requestTags: ({ tags }) => tagsOf(tags) },
    UntagResource: { ...onArn, tagKeys: ({ tagKeys }) => tagKeys },
    UpdateImageStorageClass: onRepository,
    UpdatePullThroughCacheRule: {},
    UpdateRepositoryCreationTemplate: { also: templateRequirements },
    UploadLayerPart: onRepository,
    ValidatePullThroughCacheRule: {},
  };
}

function repositoryArns(input: RepositoryInput, scope: AuthorizationScope): readonly string[] {
  return [repositoryArn(registryOf(scope, input), input.repositoryName)];
}

interface TemplateInput {
  readonly prefix: string;
  readonly repositoryPolicy?: string;
  readonly lifecyclePolicy?: string;
  readonly customRoleArn?: string;
}

/** Whoever has ECR make repositories must be allowed to make such ones (ECR User Guide, "Creating a template"). */
function templateRequirements(input: TemplateInput, scope: AuthorizationScope): readonly Requirement[] {
  const { prefix, repositoryPolicy, lifecyclePolicy, customRoleArn } = input;
  const resource = repositoryArn(scope, prefix === rootPrefix ? "*" : `${normalPrefix(prefix)}/*`);
  const actions = [
    "ecr:CreateRepository",
    ...(lifecyclePolicy ? ["ecr:PutLifecyclePolicy"] : []),
    ...(repositoryPolicy ? ["ecr:SetRepositoryPolicy"] : []),
  ];
  const requirements = actions.map((action): Requirement => ({ action, resource }));
  return customRoleArn ? [...requirements, passRole(customRoleArn, "ecr.amazonaws.com")] : requirements;
}

function accountSettingKey({ name }: { readonly name: string }): ConditionKeys {
  return { "ecr:AccountSetting": name };
}

/** The policy of the repository, whether it is there or not, is joined by that of its registry. */
function policiesOf(arn: string, scope: AuthorizationScope): readonly string[] {
  const named = parseRepositoryArn(arn);
  if (named === undefined) return [];
  const policies = [recordOf(arn, scope)?.policy, registrySettings(scope.store, named).policy];
  return policies.filter((policy) => policy !== undefined);
}

function recordOf(arn: string, { store }: AuthorizationScope): RepositoryRecord | undefined {
  const named = parseRepositoryArn(arn);
  return named && store.view(repositories).get(repositoryKey(named, named.name))?.value;
}
