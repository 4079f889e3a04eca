import type { Operations } from "#generated/secretsmanager/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { SecretsParts } from "../request/handler.ts";
import { batchGetSecretValue } from "./batch-get-secret-value.ts";
import { CancelRotateSecret } from "./cancel-rotate-secret.ts";
import { createSecret } from "./create-secret.ts";
import { DeleteResourcePolicy } from "./delete-resource-policy.ts";
import { DeleteSecret } from "./delete-secret.ts";
import { DescribeSecret } from "./describe-secret.ts";
import { GetRandomPassword } from "./get-random-password.ts";
import { GetResourcePolicy } from "./get-resource-policy.ts";
import { getSecretValue } from "./get-secret-value.ts";
import { ListSecretVersionIds } from "./list-secret-version-ids.ts";
import { ListSecrets } from "./list-secrets.ts";
import { putResourcePolicy } from "./put-resource-policy.ts";
import { putSecretValue } from "./put-secret-value.ts";
import { RemoveRegionsFromReplication, ReplicateSecretToRegions, StopReplicationToReplica } from "./replication.ts";
import { RestoreSecret } from "./restore-secret.ts";
import { RotateSecret } from "./rotate-secret.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { updateSecret } from "./update-secret.ts";
import { UpdateSecretVersionStage } from "./update-secret-version-stage.ts";
import { validateResourcePolicy } from "./validate-resource-policy.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: SecretsParts) {
  return {
    BatchGetSecretValue: batchGetSecretValue(parts),
    CancelRotateSecret,
    CreateSecret: createSecret(parts),
    DeleteResourcePolicy,
    DeleteSecret,
    DescribeSecret,
    GetRandomPassword,
    GetResourcePolicy,
    GetSecretValue: getSecretValue(parts),
    ListSecretVersionIds,
    ListSecrets,
    PutResourcePolicy: putResourcePolicy(parts),
    PutSecretValue: putSecretValue(parts),
    RemoveRegionsFromReplication,
    ReplicateSecretToRegions,
    RestoreSecret,
    RotateSecret,
    StopReplicationToReplica,
    TagResource,
    UntagResource,
    UpdateSecret: updateSecret(parts),
    UpdateSecretVersionStage,
    ValidateResourcePolicy: validateResourcePolicy(parts),
  } satisfies Handlers<Operations>;
}
