import type { Operations } from "#generated/ecr/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { EcrParts } from "../request/handler.ts";
import { BatchCheckLayerAvailability } from "./batch-check-layer-availability.ts";
import { BatchDeleteImage } from "./batch-delete-image.ts";
import { batchGetImage } from "./batch-get-image.ts";
import { BatchGetRepositoryScanningConfiguration } from "./batch-get-repository-scanning-configuration.ts";
import { completeLayerUpload } from "./complete-layer-upload.ts";
import { createPullThroughCacheRule } from "./create-pull-through-cache-rule.ts";
import { createRepository } from "./create-repository.ts";
import { createRepositoryCreationTemplate } from "./create-repository-creation-template.ts";
import { DeleteLifecyclePolicy } from "./delete-lifecycle-policy.ts";
import { DeletePullThroughCacheRule } from "./delete-pull-through-cache-rule.ts";
import { DeleteRegistryPolicy } from "./delete-registry-policy.ts";
import { DeleteRepository } from "./delete-repository.ts";
import { DeleteRepositoryCreationTemplate } from "./delete-repository-creation-template.ts";
import { DeleteRepositoryPolicy } from "./delete-repository-policy.ts";
import { DeleteSigningConfiguration } from "./delete-signing-configuration.ts";
import { DeregisterPullTimeUpdateExclusion } from "./deregister-pull-time-update-exclusion.ts";
import { DescribeImageReplicationStatus } from "./describe-image-replication-status.ts";
import { describeImageScanFindings } from "./describe-image-scan-findings.ts";
import { DescribeImageSigningStatus } from "./describe-image-signing-status.ts";
import { DescribeImages } from "./describe-images.ts";
import { DescribePullThroughCacheRules } from "./describe-pull-through-cache-rules.ts";
import { DescribeRegistry } from "./describe-registry.ts";
import { DescribeRepositories } from "./describe-repositories.ts";
import { DescribeRepositoryCreationTemplates } from "./describe-repository-creation-templates.ts";
import { GetAccountSetting } from "./get-account-setting.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";
import { getDownloadUrlForLayer } from "./get-download-url-for-layer.ts";
import { GetLifecyclePolicy } from "./get-lifecycle-policy.ts";
import { GetLifecyclePolicyPreview } from "./get-lifecycle-policy-preview.ts";
import { GetRegistryPolicy } from "./get-registry-policy.ts";
import { GetRegistryScanningConfiguration } from "./get-registry-scanning-configuration.ts";
import { GetRepositoryPolicy } from "./get-repository-policy.ts";
import { GetSigningConfiguration } from "./get-signing-configuration.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";
import { ListImageReferrers } from "./list-image-referrers.ts";
import { ListImages } from "./list-images.ts";
import { ListPullTimeUpdateExclusions } from "./list-pull-time-update-exclusions.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { PutAccountSetting } from "./put-account-setting.ts";
import { putImage } from "./put-image.ts";
import { putImageScanningConfiguration } from "./put-image-scanning-configuration.ts";
import { PutImageTagMutability } from "./put-image-tag-mutability.ts";
import { PutLifecyclePolicy } from "./put-lifecycle-policy.ts";
import { putRegistryPolicy } from "./put-registry-policy.ts";
import { putRegistryScanningConfiguration } from "./put-registry-scanning-configuration.ts";
import { PutReplicationConfiguration } from "./put-replication-configuration.ts";
import { PutSigningConfiguration } from "./put-signing-configuration.ts";
import { RegisterPullTimeUpdateExclusion } from "./register-pull-time-update-exclusion.ts";
import { setRepositoryPolicy } from "./set-repository-policy.ts";
import { startImageScan } from "./start-image-scan.ts";
import { StartLifecyclePolicyPreview } from "./start-lifecycle-policy-preview.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { UpdateImageStorageClass } from "./update-image-storage-class.ts";
import { updatePullThroughCacheRule } from "./update-pull-through-cache-rule.ts";
import { updateRepositoryCreationTemplate } from "./update-repository-creation-template.ts";
import { uploadLayerPart } from "./upload-layer-part.ts";
import { validatePullThroughCacheRule } from "./validate-pull-through-cache-rule.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: EcrParts) {
  return {
    BatchCheckLayerAvailability,
    BatchDeleteImage,
    BatchGetImage: batchGetImage(parts),
    BatchGetRepositoryScanningConfiguration,
    CompleteLayerUpload: completeLayerUpload(parts),
    CreatePullThroughCacheRule: createPullThroughCacheRule(parts),
    CreateRepository: createRepository(parts),
    CreateRepositoryCreationTemplate: createRepositoryCreationTemplate(parts),
    DeleteLifecyclePolicy,
    DeletePullThroughCacheRule,
    DeleteRegistryPolicy,
    DeleteRepository,
    DeleteRepositoryCreationTemplate,
    DeleteRepositoryPolicy,
    DeleteSigningConfiguration,
    DeregisterPullTimeUpdateExclusion,
    DescribeImageReplicationStatus,
    DescribeImageScanFindings: describeImageScanFindings(parts),
    DescribeImageSigningStatus,
    DescribeImages,
    DescribePullThroughCacheRules,
    DescribeRegistry,
    DescribeRepositories,
    DescribeRepositoryCreationTemplates,
    GetAccountSetting,
    GetAuthorizationToken: getAuthorizationToken(parts),
    GetDownloadUrlForLayer: getDownloadUrlForLayer(parts),
    GetLifecyclePolicy,
    GetLifecyclePolicyPreview,
    GetRegistryPolicy,
    GetRegistryScanningConfiguration,
    GetRepositoryPolicy,
    GetSigningConfiguration,
    InitiateLayerUpload: initiateLayerUpload(parts),
    ListImageReferrers,
    ListImages,
    ListPullTimeUpdateExclusions,
    ListTagsForResource,
    PutAccountSetting,
    PutImage: putImage(parts),
    PutImageScanningConfiguration: putImageScanningConfiguration(parts),
    PutImageTagMutability,
    PutLifecyclePolicy,
    PutRegistryPolicy: putRegistryPolicy(parts),
    PutRegistryScanningConfiguration: putRegistryScanningConfiguration(parts),
    PutReplicationConfiguration,
    PutSigningConfiguration,
    RegisterPullTimeUpdateExclusion,
    SetRepositoryPolicy: setRepositoryPolicy(parts),
    StartImageScan: startImageScan(parts),
    StartLifecyclePolicyPreview,
    TagResource,
    UntagResource,
    UpdateImageStorageClass,
    UpdatePullThroughCacheRule: updatePullThroughCacheRule(parts),
    UpdateRepositoryCreationTemplate: updateRepositoryCreationTemplate(parts),
    UploadLayerPart: uploadLayerPart(parts),
    ValidatePullThroughCacheRule: validatePullThroughCacheRule(parts),
  } satisfies Handlers<Operations>;
}
