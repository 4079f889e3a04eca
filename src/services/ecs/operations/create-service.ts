import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Put, Read } from "#kernel/store.ts";
import { checkClientToken } from "../client-token.ts";
import { checkExecRole } from "../exec/task-role.ts";
import { invalid } from "../faults.ts";
import { type ClusterRecord, clusterArn } from "../model/cluster.ts";
import { type ServiceName, type ServiceRecord, serviceArn, serviceKey } from "../model/service.ts";
import { digestOfRequest } from "../request-digest.ts";
import { checkDaemonCapacity, checkDaemonInput } from "../services/daemon-strategy.ts";
import { defaultConfiguration, resolveConfiguration } from "../services/deployment-configuration.ts";
import { checkExternalService } from "../services/external.ts";
import { checkStrategy } from "../services/load-balancers.ts";
import { newDeployment } from "../services/new-deployment.ts";
import { toService } from "../services/output.ts";
import { resolvePlacement } from "../services/placement.ts";
import { type RevisionContent, resolveRevision } from "../services/revision.ts";
import { resolveRebalancing } from "../services/zone-rebalancing.ts";
import { newTags } from "../tags/tags.ts";
import { requireCluster, requireTaskDefinition } from "../tasks/lookup.ts";
import { checkConstraintCount } from "../tasks/placement.ts";
import type { EcsHandler } from "./handler.ts";

const mostTasks = 5000;

/** Records what the caller wants and returns; controllers/service makes it real. */
export const CreateService: EcsHandler<"CreateService"> = async (input, ctx) => {
  checkInput(ctx, input);
  const cluster = await requireCluster(ctx, input.cluster);
  const { clusterName } = cluster.value;
  const at = { account: ctx.account, region: ctx.region, clusterName, serviceName: input.serviceName };
  const existing = await ctx.store.get(serviceKey(at));
  const requestDigest = digestOfRequest(input);
  const same = sameService(existing, requestDigest);
  if (same !== undefined) return { service: await toService(ctx.store, same, { tags: true }) };

  const { service, read, put } = await newService(ctx, input, cluster.value, { at, requestDigest, existing });
  await ctx.store.commit({
    unchanged: [cluster, existing, ...read],
    put: [{ key: existing.key, value: service }, ...put],
  });
  return { service: await toService(ctx.store, service, { tags: true }) };
};

interface NewService {
  readonly service: ServiceRecord;
  /** What was read for it, and what is written with it. */
  readonly read: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

async function newService(
  ctx: RequestContext,
  input: CreateServiceRequest,
  cluster: ClusterRecord,
  wanted: Wanted,
): Promise<NewService> {
  if (isExternal(input)) {
    return { service: { ...newRecord(ctx, input, wanted), deployments: [] }, read: [], put: [] };
  }
  const definition = await requireTaskDefinition(ctx, input.taskDefinition!);
  checkExecRole(ctx, input.enableExecuteCommand ?? false, definition.value, "The service couldn't be created");
  const content = await resolveRevision(ctx, input, cluster, definition.value);
  const record = withNamespace(newRecord(ctx, input, wanted, content), content);
  checkConstraintCount(record, definition.value);
  const { deployment, put } = newDeployment(ctx, record, content, []);
  return { service: { ...record, deployments: [deployment] }, read: [definition], put };
}

/** The service in the namespace that its tasks take part in Service Connect in, or in none. */
export function withNamespace<S extends Pick<ServiceRecord, "serviceConnectNamespaceId">>(
  { serviceConnectNamespaceId: _before, ...service }: S,
  { serviceConnect }: RevisionContent,
): S {
  return { ...service, ...(serviceConnect && { serviceConnectNamespaceId: serviceConnect.namespaceId }) } as S;
}

function isExternal({ deploymentController }: CreateServiceRequest): boolean {
  return deploymentController?.type === "EXTERNAL";
}

function checkInput(ctx: RequestContext, input: CreateServiceRequest): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.serviceName)) {
    throw invalid("Invalid service name. Up to 255 letters, digits, underscores and hyphens are allowed.");
  }
  const controller = input.deploymentController?.type ?? "ECS";
  if (controller === "CODE_DEPLOY") {
    throw ctx.fault(
      "UnsupportedFeatureException",
      "The deployment controller CODE_DEPLOY is not available: this platform has no CodeDeploy. Use the strategy " +
        "BLUE_GREEN of the controller ECS.",
    );
  }
  if (controller === "EXTERNAL") checkExternalService(ctx, input);
  else if (!input.taskDefinition) throw invalid("Task definition can not be blank.");
  if (input.role !== undefined) {
    throw invalid("You cannot specify an IAM role for services that require a service linked role.");
  }
  checkClientToken(ctx, input.clientToken, 36);
  checkCount(input);
  checkGracePeriod(input.healthCheckGracePeriodSeconds);
}

function checkCount(input: CreateServiceRequest): void {
  const { desiredCount, schedulingStrategy = "REPLICA" } = input;
  if (schedulingStrategy === "DAEMON") {
    checkDaemonInput(input);
    return;
  }
  if (desiredCount === undefined) throw invalid("desiredCount can not be blank for the REPLICA scheduling strategy.");
  checkDesiredCount(desiredCount);
}

/** Throws `InvalidParameterException` for a count that no service can have. */
export function checkDesiredCount(desiredCount: number): void {
  if (desiredCount < 0) throw invalid("desiredCount must be greater than or equal to 0.");
  if (desiredCount > mostTasks) throw invalid(`desiredCount must be at most ${mostTasks}.`);
}

/** Throws `InvalidParameterException` for a grace period that there cannot be. */
export function checkGracePeriod(seconds: number | undefined): void {
  if (seconds === undefined || seconds >= 0) return;
  throw invalid("healthCheckGracePeriodSeconds must be greater than or equal to 0.");
}

/** The service when this very request has made it already. Throws when another one has, or it is still going. */
function sameService({ value }: Read<ServiceRecord>, requestDigest: string): ServiceRecord | undefined {
  if (value === undefined || value.status === "INACTIVE") return undefined;
  if (value.status === "DRAINING") throw invalid("Unable to Start a service that is still Draining.");
  if (value.requestDigest === requestDigest) return value;
  throw invalid("Creation of service was not idempotent.");
}

interface Wanted {
  readonly at: ServiceName;
  readonly requestDigest: string;
  readonly existing: Read<ServiceRecord>;
}

/** `content`: what its tasks are made of, unless task sets say that. */
function newRecord(
  ctx: RequestContext,
  input: CreateServiceRequest,
  { at, requestDigest, existing }: Wanted,
  content?: RevisionContent,
): Omit<ServiceRecord, "deployments"> {
  const schedulingStrategy = input.schedulingStrategy ?? "REPLICA";
  if (schedulingStrategy === "DAEMON" && content !== undefined) checkDaemonCapacity(content);
  const grace = input.healthCheckGracePeriodSeconds;
  const initial = defaultConfiguration(schedulingStrategy);
  const deploymentConfiguration = resolveConfiguration(ctx, input.deploymentConfiguration, initial);
  checkStrategy(deploymentConfiguration.strategy, content?.loadBalancers ?? []);
  const placement = resolvePlacement(ctx, input, content);
  const balanced = { schedulingStrategy, deploymentConfiguration, ...placement };
  const rebalancing = resolveRebalancing(ctx, input.availabilityZoneRebalancing, balanced);
  return {
    ...at,
    serviceArn: serviceArn(at),
    clusterArn: clusterArn(at, at.clusterName),
    status: "ACTIVE",
    schedulingStrategy,
    deploymentController: content === undefined ? "EXTERNAL" : "ECS",
    desiredCount: input.desiredCount ?? 0,
    deploymentConfiguration,
    ...placement,
    ...(grace !== undefined && { healthCheckGracePeriodSeconds: grace }),
    platformVersion: input.platformVersion ?? "LATEST",
    availabilityZoneRebalancing: content === undefined ? "DISABLED" : rebalancing,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    propagateTags: input.propagateTags ?? "NONE",
    tags: newTags(input.tags),
    createdBy: ctx.caller.arn,
    createdAt: ctx.clock.now(),
    requestDigest,
    steady: false,
    // Events of a service of this name that was deleted are numbered on, so that none is overwritten by chance.
    eventSequence: existing.value?.eventSequence ?? 0,
  };
}
