import type { Entry } from "#kernel/store.ts";
import type { DeploymentConfiguration, ServiceRecord, ServiceRevisionRecord } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import { type TaskRecord, taskKey } from "../../model/task.ts";
import type { TaskSetRecord } from "../../model/task-set.ts";
import type { ServicePlan, ServiceView } from "./view.ts";

/** Views of services for tests of plans: a second is 1000, the present is a million seconds after the epoch. */
export const now = 1_000_000_000;
export const at = { account: "000000000000", region: "us-east-1", clusterName: "web", serviceName: "app" };

export interface TestTask {
  readonly deployment?: string;
  readonly lastStatus?: TaskRecord["lastStatus"];
  /** Seconds that it has been RUNNING for; undefined: it has not been. */
  readonly ran?: number;
  readonly health?: "HEALTHY" | "UNHEALTHY" | "UNKNOWN";
  readonly stopped?: TaskRecord["stopCode"];
  readonly accounted?: true;
  readonly protected?: boolean;
  readonly zone?: string;
  /** The ARN of its container instance. */
  readonly on?: string;
  /** Seconds since it was made. */
  readonly age?: number;
}

let counter = 0;

export function testTask(fields: TestTask): Entry<TaskRecord> {
  const { deployment = "new", lastStatus = "RUNNING", age = 100, health, stopped, zone = "a" } = fields;
  const ran = fields.ran ?? (lastStatus === "RUNNING" ? 60 : undefined);
  const id = String(counter++).padStart(32, "0");
  const value = {
    ...at,
    id,
    version: 1,
    lastStatus,
    desiredStatus: stopped ? "STOPPED" : "RUNNING",
    ...(stopped && { stopCode: stopped }),
    createdAt: now - age * 1000,
    ...(ran !== undefined && { startedAt: now - ran * 1000 }),
    availabilityZone: `us-east-1${zone}`,
    hostId: "host",
    ...(fields.on !== undefined && { containerInstanceArn: fields.on }),
    containers: [
      {
        essential: true,
        hasHealthCheck: health !== undefined,
        ...(health && { healthStatus: health, healthStatusSince: now - 1000 }),
      },
    ],
    service: {
      serviceName: at.serviceName,
      deploymentId: deployment,
      revisionId: `r-${deployment}`,
      ...(fields.accounted && { accounted: true }),
      ...(fields.protected && { protectedUntil: now + 60_000 }),
    },
  } as unknown as TaskRecord;
  return { key: taskKey(value), value, modRevision: 1, createRevision: 1 };
}

export function many(count: number, fields: TestTask): Entry<TaskRecord>[] {
  return Array.from({ length: count }, () => testTask(fields));
}

export function testDeployment(id: string, fields: Partial<ServiceRecord["deployments"][number]> = {}) {
  return {
    id,
    status: "PRIMARY",
    revisionId: `r-${id}`,
    serviceDeploymentId: `d-${id}`,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: "",
    createdAt: now - 1000,
    updatedAt: now - 1000,
    failedTasks: 0,
    ...fields,
  } as ServiceRecord["deployments"][number];
}

/** A service of two tasks of the deployment `new`, which is under way. */
export function testView(
  service: Partial<ServiceRecord>,
  tasks: readonly Entry<TaskRecord>[],
  fields: Partial<ServiceView> = {},
): ServiceView {
  const { desiredCount = 2 } = service;
  const deployments = (service.deployments ?? [testDeployment("new")]).map((each) =>
    each.status === "PRIMARY" ? { desiredCount, ...each } : each,
  );
  return {
    now,
    settleMs: 40_000,
    service: {
      ...at,
      status: "ACTIVE",
      schedulingStrategy: "REPLICA",
      placementStrategy: [],
      availabilityZoneRebalancing: "ENABLED",
      desiredCount,
      ...percent(100, 200),
      steady: false,
      eventSequence: 0,
      ...service,
      deployments,
    } as ServiceRecord,
    revisions: new Map(
      ["new", "old"].map((id) => [`r-${id}`, { ...at, id: `r-${id}`, launchType: "FARGATE" } as ServiceRevisionRecord]),
    ),
    serviceDeployments: new Map(
      deployments.map(({ serviceDeploymentId: id }) => [id, testHistory(id, service.deploymentConfiguration)]),
    ),
    tasks,
    taskSets: [],
    targetHealth: () => undefined,
    trafficApplied: () => true,
    daemonInstances: () => [],
    alarmState: () => undefined,
    instanceOf: () => undefined,
    isDraining: () => false,
    zonesOf: () => ["us-east-1a"],
    launchFault: () => undefined,
    newDeploymentId: "ecs-svc/fresh",
    ...fields,
  };
}

/** The history of a deployment from `r-old` to `r-new` that is under way. */
export function testHistory(
  id: string,
  deploymentConfiguration: DeploymentConfiguration = percent(100, 200).deploymentConfiguration,
  fields: Partial<ServiceDeploymentRecord> = {},
): ServiceDeploymentRecord {
  const counts = { requestedTaskCount: 0, runningTaskCount: 0, pendingTaskCount: 0 };
  return {
    ...{ ...at, id, deploymentConfiguration },
    status: "IN_PROGRESS",
    createdAt: now - 1000,
    updatedAt: now - 1000,
    sourceRevisions: [{ revisionId: "r-old", ...counts }],
    targetRevision: { revisionId: "r-new", ...counts },
    hooks: [],
    ...fields,
  };
}

export function percent(minimumHealthyPercent: number, maximumPercent: number) {
  return {
    deploymentConfiguration: {
      strategy: "ROLLING",
      maximumPercent,
      minimumHealthyPercent,
      bakeTimeInMinutes: 0,
      lifecycleHooks: [],
    },
  } as const;
}

/** A task set `id` of the revision `r-ID`, at 100 percent and STABILIZING. */
export function testTaskSet(id: string, fields: Partial<TaskSetRecord> = {}): TaskSetRecord {
  return {
    ...at,
    id,
    status: "ACTIVE",
    revisionId: `r-${id}`,
    scale: 100,
    stabilityStatus: "STABILIZING",
    stabilityStatusAt: now - 5000,
    failedTasks: 0,
    tags: [],
    createdAt: now - 5000,
    updatedAt: now - 5000,
    ...fields,
  };
}

/** How many tasks a plan starts, and which deployments lose how many. */
export function movesOf(plan: ServicePlan): string {
  const starts = plan.start.reduce((sum, { capacities }) => sum + capacities.length, 0);
  const stops = new Map<string, number>();
  for (const { task } of plan.stop) {
    const { deploymentId } = task.value.service!;
    stops.set(deploymentId, (stops.get(deploymentId) ?? 0) + 1);
  }
  return [`+${starts}`, ...[...stops].map(([id, count]) => `-${count} ${id}`)].join(" ");
}

/** How many tasks of which deployments a plan starts, in its order. */
export function startsOf(plan: ServicePlan): string {
  return plan.start.map(({ rollout, capacities }) => `${capacities.length} ${rollout.id}`).join(", ");
}
