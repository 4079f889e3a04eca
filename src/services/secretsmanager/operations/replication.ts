import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

/** Every account and region is a world of its own: there are no replicas. */

export const ReplicateSecretToRegions: SecretsHandler<"ReplicateSecretToRegions"> = async (input, ctx) => {
  return refuse(ctx, input.SecretId, "Replication of secrets to other regions is not supported on this platform.");
};

export const RemoveRegionsFromReplication: SecretsHandler<"RemoveRegionsFromReplication"> = async (input, ctx) => {
  return refuse(ctx, input.SecretId, "The secret is not replicated to other regions.");
};

export const StopReplicationToReplica: SecretsHandler<"StopReplicationToReplica"> = async (input, ctx) => {
  return refuse(ctx, input.SecretId, "The secret is not a replica.");
};

function refuse(ctx: RequestContext, secretId: string, message: string): never {
  requireLiveSecret(ctx, secretId);
  throw new Fault("InvalidRequestException", message);
}
