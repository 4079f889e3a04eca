import { isDeepStrictEqual } from "node:util";
import type { UpdateServiceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Put } from "#kernel/store.ts";
import { checkExecRole } from "../exec/task-role.ts";
import { primaryOf, type ServiceRecord, type ServiceRevisionRecord, serviceRevisionKey } from "../model/service.ts";
import { checkDaemonCapacity, checkDaemonInput } from "../services/daemon-strategy.ts";
import { resolveConfiguration } from "../services/deployment-configuration.ts";
import { checkExternalUpdate } from "../services/external.ts";
import { checkStrategy } from "../services/load-balancers.ts";
import { requireActiveService } from "../services/lookup.ts";
import { afterCleanUp, newDeployment, withDeployment } from "../services/new-deployment.ts";
import { toService } from "../services/output.ts";
import { resolvePlacement } from "../services/placement.ts";
import { contentOf, isFargate, type RevisionContent, resolveRevision, saysTheSame } from "../services/revision.ts";
import { taskSetRevisions } from "../services/task-set-output.ts";
import { resolveRebalancing } from "../services/zone-rebalancing.ts";
import { requireCluster, requireKnownTaskDefinition, requireTaskDefinition } from "../tasks/lookup.ts";
import { checkConstraintCount } from "../tasks/placement.ts";
import { checkDesiredCount, checkGracePeriod, withNamespace } from "./create-service.ts";
import type { EcsHandler } from "./handler.ts";

/**
 * Changes what is wanted. What changes the tasks themselves, or `forceNewDeployment`, begins a new deployment; the rest
 * holds from now on ("UpdateService": each parameter says whether it triggers one).
 */
export const UpdateService: EcsHandler<"UpdateService"> = async (input, ctx) => {
  const cluster = await requireCluster(ctx, input.cluster);
  const service = await requireActiveService(ctx, cluster.value.clusterName, input.service);
  checkInput(ctx, input, service.value);
  if (service.value.deploymentController === "EXTERNAL") {
    checkExternalUpdate(input);
    // What runs on Fargate can have no placement.
    const onFargate = taskSetRevisions(ctx.store, service.value).find(isFargate);
    const value = changeService(ctx, input, service.value, onFargate);
    await ctx.store.commit({ unchanged: [cluster, service], put: [{ key: service.key, value }] });
    return { service: await toService(ctx.store, value, { tags: true }) };
  }
  const primary = primaryOf(service.value)!;
  const revision = (await ctx.store.get(serviceRevisionKey(service.value, primary.revisionId))).value!;
  const scales = leavesTasks(input);
  const definition = scales
    ? requireKnownTaskDefinition(ctx, revision.taskDefinitionArn)
    : await requireTaskDefinition(ctx, input.taskDefinition ?? revision.taskDefinitionArn);
  // What has been so since before AWS asked for a role can be scaled on.
  const asks = input.enableExecuteCommand ?? (input.taskDefinition !== undefined && service.value.enableExecuteCommand);
  checkExecRole(ctx, asks, definition.value, "The service couldn't be updated");
  const content = scales
    ? contentOf(revision)
    : await resolveRevision(ctx, revisionInput(input, revision), cluster.value, definition.value);
  if (service.value.schedulingStrategy === "DAEMON") checkDaemonCapacity(content);
  const changed = withNamespace(changeService(ctx, input, service.value, content), content);
  checkConstraintCount(changed, definition.value);
  const { next, put } = deploy(ctx, { input, changed, revision, content });
  await ctx.store.commit({
    unchanged: [cluster, service, definition],
    put: [{ key: service.key, value: next }, ...put],
  });
  return { service: await toService(ctx.store, next, { tags: true }) };
};

function checkInput(ctx: RequestContext, input: UpdateServiceRequest, service: ServiceRecord): void {
  if (input.deploymentController && input.deploymentController.type !== service.deploymentController) {
    throw ctx.fault(
      "UnsupportedFeatureException",
      "The deployment controller of a service cannot be changed here yet. Create another service with it, and delete " +
        "this one.",
    );
  }
  if (service.schedulingStrategy === "DAEMON") checkDaemonInput(input);
  if (input.desiredCount !== undefined) checkDesiredCount(input.desiredCount);
  checkGracePeriod(input.healthCheckGracePeriodSeconds);
}

const revisionFields = [
  ...(["taskDefinition", "capacityProviderStrategy", "platformVersion", "networkConfiguration"] as const),
  ...(["loadBalancers", "serviceRegistries", "serviceConnectConfiguration", "volumeConfigurations"] as const),
  ...(["vpcLatticeConfigurations", "gatewayConnectors", "monitoring"] as const),
];

/**
 * Whether the request says nothing of the tasks, as one that scales. What the tasks need is not looked at then: a
 * service whose listener has gone already can be scaled to 0, as Terraform does before it deletes it.
 */
function leavesTasks(input: UpdateServiceRequest): boolean {
  return !input.forceNewDeployment && revisionFields.every((field) => input[field] === undefined);
}

/**
 * What the request says of the tasks, and for the rest what holds already. An empty strategy leads back to the launch
 * type; who began with a strategy, of Fargate's providers as all are here, has FARGATE to go back to.
 */
function revisionInput(input: UpdateServiceRequest, revision: ServiceRevisionRecord) {
  const { launchType = "FARGATE", capacityProviderStrategy, platformVersion, networkConfiguration } = revision;
  const strategy = input.capacityProviderStrategy ?? capacityProviderStrategy;
  const network = networkConfiguration && { awsvpcConfiguration: networkConfiguration };
  return {
    ...(strategy?.length ? { capacityProviderStrategy: strategy } : { launchType }),
    platformVersion: input.platformVersion ?? platformVersion,
    networkConfiguration: input.networkConfiguration ?? network,
    loadBalancers: input.loadBalancers ?? revision.loadBalancers,
    serviceRegistries: input.serviceRegistries ?? revision.serviceRegistries,
    serviceConnectConfiguration: input.serviceConnectConfiguration ?? revision.serviceConnect?.configuration,
    serviceName: revision.serviceName,
    volumeConfigurations: input.volumeConfigurations,
    vpcLatticeConfigurations: input.vpcLatticeConfigurations,
    gatewayConnectors: input.gatewayConnectors,
    monitoring: input.monitoring,
  } as Parameters<typeof resolveRevision>[1];
}

function changeService(
  ctx: RequestContext,
  input: UpdateServiceRequest,
  service: ServiceRecord,
  content?: RevisionContent,
): ServiceRecord {
  const { placementConstraints = service.placementConstraints, placementStrategy = service.placementStrategy } = input;
  const grace = input.healthCheckGracePeriodSeconds ?? service.healthCheckGracePeriodSeconds;
  const { schedulingStrategy } = service;
  const deploymentConfiguration = resolveConfiguration(
    ctx,
    input.deploymentConfiguration,
    service.deploymentConfiguration,
  );
  checkStrategy(deploymentConfiguration.strategy, content?.loadBalancers ?? []);
  const placement = resolvePlacement(ctx, { placementConstraints, placementStrategy, schedulingStrategy }, content);
  const balanced = { schedulingStrategy, deploymentConfiguration, ...placement };
  return {
    ...service,
    desiredCount: input.desiredCount ?? service.desiredCount,
    deploymentConfiguration,
    ...placement,
    ...(grace !== undefined && { healthCheckGracePeriodSeconds: grace }),
    ...(input.platformVersion !== undefined && { platformVersion: input.platformVersion }),
    availabilityZoneRebalancing: resolveRebalancing(
      ctx,
      input.availabilityZoneRebalancing,
      balanced,
      service.availabilityZoneRebalancing,
    ),
    enableExecuteCommand: input.enableExecuteCommand ?? service.enableExecuteCommand,
    enableECSManagedTags: input.enableECSManagedTags ?? service.enableECSManagedTags,
    propagateTags: input.propagateTags ?? service.propagateTags,
    steady: false,
  };
}

interface Deploying {
  readonly input: UpdateServiceRequest;
  readonly changed: ServiceRecord;
  readonly revision: ServiceRevisionRecord;
  readonly content: RevisionContent;
}

function deploy(
  ctx: RequestContext,
  { input, changed, revision, content }: Deploying,
): { next: ServiceRecord; put: readonly Put[] } {
  const before = contentOf(revision);
  if (!input.forceNewDeployment) {
    if (saysTheSame(content, before)) return { next: changed, put: [] };
    checkCapacity(ctx, content, before);
  }
  const found = afterCleanUp(ctx, changed);
  const { deployment, put } = newDeployment(ctx, found, content, found.deployments);
  return { next: withDeployment(found, deployment), put };
}

/** What tasks run on changes with a deployment that the caller has asked for, and never by the way. */
function checkCapacity(ctx: RequestContext, content: RevisionContent, before: RevisionContent): void {
  if (isDeepStrictEqual(capacityOf(content), capacityOf(before))) return;
  throw ctx.fault(
    "InvalidParameterException",
    "When switching from launch type to capacity provider strategy on an existing service, or making a change to a " +
      "capacity provider strategy on a service that is already using one, you must force a new deployment.",
  );
}

function capacityOf({ launchType, capacityProviderStrategy }: RevisionContent) {
  return { launchType, capacityProviderStrategy };
}
