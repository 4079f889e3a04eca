import type {
  DeploymentLifecycleHookDetail,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevisionSummary,
} from "#generated/ecs/types.ts";
import type { Store } from "#kernel/store.ts";
import { clusterArn } from "../model/cluster.ts";
import { serviceArn, serviceKey, servicePath, serviceRevisionArn, services } from "../model/service.ts";
import {
  isFinished,
  type LifecycleHookState,
  type RevisionCounts,
  type ServiceDeploymentRecord,
  serviceDeploymentArn,
} from "../model/service-deployment.ts";
import { tasks } from "../model/task.ts";
import { configurationOut, isPending, isRunning, requestedCount } from "./output-parts.ts";

/** The API's ServiceDeployment. Of one that goes on, tasks are counted as they are at this moment. */
export function toServiceDeployment(store: Store, record: ServiceDeploymentRecord): ServiceDeployment {
  const { rollback, circuitBreaker, deploymentConfiguration } = record;
  return {
    ...briefOf(record),
    ...times(record),
    sourceServiceRevisions: record.sourceRevisions.map((counts) => toSummary(store, record, counts, false)),
    targetServiceRevision: toSummary(store, record, record.targetRevision, true),
    ...(record.lifecycleStage && { lifecycleStage: record.lifecycleStage }),
    lifecycleHookDetails: record.hooks.map((hook) => hookDetail(record, hook)),
    deploymentConfiguration: configurationOut(deploymentConfiguration),
    ...(rollback && {
      rollback: {
        reason: rollback.reason,
        startedAt: rollback.startedAt,
        serviceRevisionArn: serviceRevisionArn(record, rollback.revisionId),
      },
    }),
    deploymentCircuitBreaker: {
      status: breakerStatus(record),
      failureCount: circuitBreaker?.failureCount ?? 0,
      threshold: circuitBreaker?.threshold ?? 0,
    },
    alarms: alarmsOut(record),
  };
}

/** What ListServiceDeployments shows. */
export function toBrief(record: ServiceDeploymentRecord): ServiceDeploymentBrief {
  const { startedAt, createdAt, finishedAt } = record;
  return {
    ...briefOf(record),
    createdAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    targetServiceRevisionArn: serviceRevisionArn(record, record.targetRevision.revisionId),
  };
}

function briefOf(record: ServiceDeploymentRecord) {
  return {
    serviceDeploymentArn: serviceDeploymentArn(record, record.id),
    serviceArn: serviceArn(record),
    clusterArn: clusterArn(record, record.clusterName),
    status: record.status,
    ...(record.statusReason !== undefined && { statusReason: record.statusReason }),
  };
}

function times({ createdAt, updatedAt, startedAt, finishedAt, stoppedAt }: ServiceDeploymentRecord) {
  return {
    createdAt,
    updatedAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(stoppedAt !== undefined && { stoppedAt }),
  };
}

function toSummary(
  store: Store,
  record: ServiceDeploymentRecord,
  counts: RevisionCounts,
  isTarget: boolean,
): ServiceRevisionSummary {
  const arn = serviceRevisionArn(record, counts.revisionId);
  if (isFinished(record)) {
    const { requestedTaskCount, runningTaskCount, pendingTaskCount } = counts;
    return { arn, requestedTaskCount, runningTaskCount, pendingTaskCount, ...weightsOf(counts) };
  }
  const own = store
    .view(tasks)
    .by("service", servicePath(record))
    .map(({ value }) => value);
  const mine = own.filter(({ service }) => service!.revisionId === counts.revisionId);
  const service = store.view(services).get(serviceKey(record))?.value;
  const deployment = service?.deployments.find(({ revisionId }) => revisionId === counts.revisionId);
  const requested = deployment === undefined ? 0 : requestedCount(service!, deployment, own);
  return {
    arn,
    requestedTaskCount: isTarget && record.rollback === undefined ? (service?.desiredCount ?? 0) : requested,
    runningTaskCount: mine.filter(isRunning).length,
    pendingTaskCount: mine.filter(isPending).length,
    ...weightsOf(counts),
  };
}

function weightsOf({ testTrafficWeight, productionTrafficWeight }: RevisionCounts): Partial<ServiceRevisionSummary> {
  return {
    ...(testTrafficWeight !== undefined && { requestedTestTrafficWeight: testTrafficWeight }),
    ...(productionTrafficWeight !== undefined && { requestedProductionTrafficWeight: productionTrafficWeight }),
  };
}

function hookDetail(
  { deploymentConfiguration }: ServiceDeploymentRecord,
  { hookId, index, status, expiresAt, timeoutAction }: LifecycleHookState,
): DeploymentLifecycleHookDetail {
  const { targetType, hookTargetArn } = deploymentConfiguration.lifecycleHooks[index]!;
  return {
    ...{ hookId, targetType, status, expiresAt, timeoutAction },
    ...(hookTargetArn !== undefined && { targetArn: hookTargetArn }),
  };
}

function alarmsOut(record: ServiceDeploymentRecord): ServiceDeployment["alarms"] {
  const { deploymentConfiguration, triggeredAlarmNames = [], alarmsIgnored } = record;
  const { alarms } = deploymentConfiguration;
  const watched = isFinished(record) ? "MONITORING_COMPLETE" : "MONITORING";
  const status = triggeredAlarmNames.length > 0 ? "TRIGGERED" : watched;
  return {
    status: !alarms?.enable || alarmsIgnored ? "DISABLED" : status,
    alarmNames: alarms?.alarmNames ?? [],
    triggeredAlarmNames,
  };
}

function breakerStatus(record: ServiceDeploymentRecord) {
  if (!record.deploymentConfiguration.deploymentCircuitBreaker?.enable) return "DISABLED";
  if (record.circuitBreaker?.triggered) return "TRIGGERED";
  return isFinished(record) ? "MONITORING_COMPLETE" : "MONITORING";
}
