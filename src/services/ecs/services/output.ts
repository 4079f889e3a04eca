import type { Deployment, Service, ServiceEvent } from "#generated/ecs/types.ts";
import { partitionOf } from "#kernel/arn.ts";
import type { Store } from "#kernel/store.ts";
import {
  type DeploymentRecord,
  primaryOf,
  type ServiceRecord,
  type ServiceRevisionRecord,
  serviceEventsOf,
  servicePath,
  serviceRevisionArn,
  serviceRevisionKey,
} from "../model/service.ts";
import {
  isFinished,
  serviceDeploymentArn,
  serviceDeploymentKey,
  serviceDeployments,
} from "../model/service-deployment.ts";
import { type TaskRecord, tasks } from "../model/task.ts";
import { configurationOut, connectOut, isPending, isRunning, requestedCount, revisionOut } from "./output-parts.ts";
import { primaryRevision, taskSetsIn, toTaskSet } from "./task-set-output.ts";

/** The API's Service. `events` are the newest hundred, newest first. */
export async function toService(
  store: Store,
  service: ServiceRecord,
  options: { readonly tags: boolean },
): Promise<Service> {
  const primary = primaryOf(service);
  const isExternal = service.deploymentController === "EXTERNAL";
  const revision = primary ? await revisionOf(store, service, primary.revisionId) : primaryRevision(store, service);
  const own = store
    .view(tasks)
    .by("service", servicePath(service))
    .map(({ value }) => value);
  const events = await eventsOf(store, service);
  const deployments = await Promise.all(service.deployments.map((each) => toDeployment(store, service, each, own)));
  return {
    serviceArn: service.serviceArn,
    serviceName: service.serviceName,
    clusterArn: service.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: own.filter(isRunning).length,
    pendingCount: own.filter(isPending).length,
    ...(revision ? revisionOut(revision) : isExternal && beforePrimary),
    ...(!isExternal &&
      revision?.platformVersion &&
      service.platformVersion && { platformVersion: service.platformVersion }),
    ...(isExternal && {
      taskSets: taskSetsIn(store, service).map((taskSet) => toTaskSet(store, taskSet, service, options)),
    }),
    deploymentConfiguration: configurationOut(service.deploymentConfiguration),
    deployments,
    ...((isExternal || (revision && actsElsewhere(revision))) && { roleArn: linkedRoleArn(service) }),
    events,
    createdAt: service.createdAt,
    createdBy: service.createdBy,
    ...currentDeployment(store, service, primary),
    ...(!isExternal && { currentServiceRevisions: currentRevisions(service, own) }),
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    ...(service.healthCheckGracePeriodSeconds !== undefined && {
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    }),
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: { type: service.deploymentController },
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    enableExecuteCommand: service.enableExecuteCommand,
    ...(options.tags && { tags: service.tags }),
  };
}

/** Whether ECS has something to do in other services for it: what it does there with its service-linked role. */
function actsElsewhere({ networkConfiguration, loadBalancers, serviceRegistries }: ServiceRevisionRecord): boolean {
  return networkConfiguration !== undefined || loadBalancers.length > 0 || serviceRegistries.length > 0;
}

function linkedRoleArn({ account, region }: ServiceRecord): string {
  return `arn:${partitionOf(region)}:iam::${account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;
}

/** What a service whose task sets say what its tasks are made of shows before one of them is PRIMARY. */
const beforePrimary: Partial<Service> = { launchType: "EC2", loadBalancers: [], serviceRegistries: [] };

async function revisionOf(
  store: Store,
  service: ServiceRecord,
  id: string,
): Promise<ServiceRevisionRecord | undefined> {
  return (await store.get(serviceRevisionKey(service, id))).value;
}

async function toDeployment(
  store: Store,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  own: readonly TaskRecord[],
): Promise<Deployment> {
  const revision = await revisionOf(store, service, deployment.revisionId);
  const mine = own.filter((task) => task.service!.deploymentId === deployment.id);
  const { loadBalancers: _, serviceRegistries: __, ...shown } = revision ? revisionOut(revision) : {};
  return {
    id: deployment.id,
    status: deployment.status,
    desiredCount: requestedCount(service, deployment, own),
    pendingCount: mine.filter(isPending).length,
    runningCount: mine.filter(isRunning).length,
    failedTasks: deployment.failedTasks,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    ...shown,
    ...(revision && connectOut(revision)),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

/** The deployment that goes on, if one does. */
function currentDeployment(
  store: Store,
  service: ServiceRecord,
  primary: DeploymentRecord | undefined,
): Pick<Service, "currentServiceDeployment"> {
  if (primary === undefined) return {};
  const { serviceDeploymentId: id } = primary;
  const record = store.view(serviceDeployments).get(serviceDeploymentKey(service, id));
  if (record === undefined || isFinished(record.value)) return {};
  return { currentServiceDeployment: serviceDeploymentArn(service, id) };
}

function currentRevisions(service: ServiceRecord, own: readonly TaskRecord[]): Service["currentServiceRevisions"] {
  const ids = new Set(service.deployments.map(({ revisionId }) => revisionId));
  return [...ids].map((id) => {
    const deployments = service.deployments.filter(({ revisionId }) => revisionId === id);
    const mine = own.filter((task) => deployments.some((each) => each.id === task.service!.deploymentId));
    return {
      arn: serviceRevisionArn(service, id),
      requestedTaskCount: Math.max(...deployments.map((each) => requestedCount(service, each, own))),
      runningTaskCount: mine.filter(isRunning).length,
      pendingTaskCount: mine.filter(isPending).length,
    };
  });
}

/** The events of this life of the service: one made again under the name of a deleted one has its own. */
async function eventsOf(store: Store, service: ServiceRecord): Promise<ServiceEvent[]> {
  const entries = await store.list(serviceEventsOf(service));
  return entries
    .map(({ value }) => value)
    .filter(({ createdAt }) => createdAt >= service.createdAt)
    .reverse();
}
