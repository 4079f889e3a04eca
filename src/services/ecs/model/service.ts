import type { ServiceConnectConfiguration } from "#generated/ecs/types.ts";
import { type Collection, type Key, keyOf, type Prefix, partsOf, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { serviceMachine } from "../states.ts";
import type { CapacityProviderStrategyItem } from "./cluster.ts";
import { clusterPath, type TaskRecord } from "./task.ts";
import { ecsArn, type Tag } from "./world.ts";

export type ServiceStatus = "ACTIVE" | "DRAINING" | "INACTIVE";
export type DeploymentStrategy = "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY";

/**
 * A service: what holds for it as a whole. What its tasks are made of is in its revisions, which its deployments name.
 * Times are milliseconds since the epoch; fields are those of the API where it has them.
 */
export interface ServiceRecord extends World {
  readonly clusterName: string;
  readonly serviceName: string;
  readonly serviceArn: string;
  readonly clusterArn: string;
  /** DRAINING: deleted, and its tasks are being stopped. INACTIVE: none is left; shown a while longer. */
  readonly status: ServiceStatus;
  readonly schedulingStrategy: "REPLICA" | "DAEMON";
  readonly deploymentController: "ECS" | "EXTERNAL";
  readonly desiredCount: number;
  readonly deploymentConfiguration: DeploymentConfiguration;
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategy: readonly PlacementStrategy[];
  readonly healthCheckGracePeriodSeconds?: number;
  /** As asked for: `LATEST` stays, while revisions have the version that it is. */
  readonly platformVersion?: string;
  readonly availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  readonly enableExecuteCommand: boolean;
  readonly enableECSManagedTags: boolean;
  readonly propagateTags: "TASK_DEFINITION" | "SERVICE" | "NONE";
  readonly tags: readonly Tag[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly inactiveAt?: number;
  /** Of the request that made it: the same request again is answered with the service. */
  readonly requestDigest: string;
  /**
   * With the ECS controller: the PRIMARY one first, then those that are being replaced, newest first. Empty with the
   * EXTERNAL controller, whose task sets are records of their own.
   */
  readonly deployments: readonly DeploymentRecord[];
  /** The revision of the last deployment that was completed: what a rollback goes back to. */
  readonly completedRevisionId?: string;
  /** Nothing was left to do when the scheduler looked last; the event of it has been told. */
  readonly steady: boolean;
  /** When that was told last. */
  readonly steadyToldAt?: number;
  /** What the scheduler waits for and has told of in an event, so that it is told once. */
  readonly told?: string;
  /**
   * Availability Zone rebalancing: so many tasks beyond the desired count are wanted until they are healthy. 0: they
   * are, and the surplus goes.
   */
  readonly rebalancing?: number;
  /** Tasks by zone when the last rebalancing could do no more: it is not tried again until that has changed. */
  readonly unbalanced?: string;
  /**
   * Ids of tasks whose end is accounted for, though their own records do not say so yet: a record that goes from state
   * to state is not fought over. The mark goes to it when the task has stopped. Absent when there are none.
   */
  readonly countedEnds?: readonly string[];
  /** Of the namespace in which it takes part in Service Connect. */
  readonly serviceConnectNamespaceId?: string;
  /** Counts the events of this service. */
  readonly eventSequence: number;
}

/** See `controllers/service/backoff.ts`. */
export interface StartBackoff {
  /** How many rounds of starts have failed one after the other. */
  readonly failures: number;
  /** No task is started before it. */
  readonly retryAt: number;
  /** The event that says why nothing can be started, and when it was told: the same is not told again at once. */
  readonly told?: { readonly message: string; readonly at: number };
}

/** Tasks of one revision that belong together: a deployment or a task set, and how its starts go. */
export interface Rollout {
  /** `ecs-svc/` and 19 digits: also `startedBy` of its tasks. */
  readonly id: string;
  readonly revisionId: string;
  /** Tasks that failed one after the other: what the circuit breaker counts. */
  readonly failedTasks: number;
  readonly lastFailureAt?: number;
  /** Pacing of its starts while they keep failing. */
  readonly backoff?: StartBackoff;
}

/** One rollout of a revision, as DescribeServices lists it. */
export interface DeploymentRecord extends Rollout {
  readonly status: "PRIMARY" | "ACTIVE";
  readonly serviceDeploymentId: string;
  /**
   * How many tasks it is to have: of the PRIMARY one that of the service, as the scheduler knew it last; of one that is
   * being replaced what the new one has not taken over. Absent in records of before there was a count.
   */
  readonly desiredCount?: number;
  readonly rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  readonly rolloutStateReason: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface DeploymentConfiguration {
  readonly strategy: DeploymentStrategy;
  readonly maximumPercent: number;
  readonly minimumHealthyPercent: number;
  readonly bakeTimeInMinutes: number;
  readonly deploymentCircuitBreaker?: CircuitBreaker;
  readonly alarms?: { readonly alarmNames: readonly string[]; readonly rollback: boolean; readonly enable: boolean };
  readonly lifecycleHooks: readonly LifecycleHook[];
  readonly linearConfiguration?: { readonly stepPercent: number; readonly stepBakeTimeInMinutes: number };
  readonly canaryConfiguration?: { readonly canaryPercent: number; readonly canaryBakeTimeInMinutes: number };
  /** Absent: a deployment is completed when nothing of the earlier ones is left. */
  readonly earlySuccessCriteria?: {
    readonly healthyPercent: number;
    readonly sourceServiceRevisionCleanup: "BLOCKING" | "DEFERRED";
  };
}

export interface CircuitBreaker {
  readonly enable: boolean;
  readonly rollback: boolean;
  readonly resetOnHealthyTask: boolean;
  readonly thresholdConfiguration: {
    readonly type: "BOUNDED_PERCENT" | "UNBOUNDED_PERCENT" | "COUNT";
    readonly value: number;
  };
}

export interface LifecycleHook {
  /** AWS_LAMBDA stands for a call of a URL, a documented extension: there are no Lambda functions here. */
  readonly targetType: "PAUSE" | "AWS_LAMBDA";
  /** With AWS_LAMBDA: `http://` or `https://`... */
  readonly hookTargetArn?: string;
  readonly roleArn?: string;
  readonly lifecycleStages: readonly string[];
  readonly hookDetails?: unknown;
  readonly timeoutInMinutes: number;
  readonly timeoutAction: "CONTINUE" | "ROLLBACK";
}

export interface PlacementConstraint {
  readonly type: "distinctInstance" | "memberOf";
  readonly expression?: string;
}

export interface PlacementStrategy {
  readonly type: "random" | "spread" | "binpack";
  readonly field?: string;
}

/** What the tasks of a service are made of at one time. It never changes. */
export interface ServiceRevisionRecord extends World {
  readonly clusterName: string;
  readonly serviceName: string;
  /** 19 digits, the last part of the ARN. */
  readonly id: string;
  readonly taskDefinitionArn: string;
  readonly launchType?: "FARGATE" | "EC2" | "EXTERNAL";
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly platformVersion?: string;
  /** As the caller gave it: without security groups where it named none. */
  readonly networkConfiguration?: TaskRecord["awsvpcConfiguration"];
  /** Those of the VPC, which tasks are given where the caller named none. */
  readonly defaultSecurityGroups?: readonly string[];
  readonly loadBalancers: readonly ServiceLoadBalancer[];
  /**
   * The target groups that its tasks are registered in, in the order of `loadBalancers`: of a pair that a deployment
   * shifts traffic between, the one that is its own.
   */
  readonly targetGroups?: readonly string[];
  readonly serviceRegistries: readonly ServiceRegistry[];
  readonly serviceConnect?: ServiceConnect;
  readonly createdAt: number;
}

export interface ServiceLoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly advancedConfiguration?: {
    readonly alternateTargetGroupArn: string;
    readonly productionListenerRule: string;
    readonly testListenerRule?: string;
    readonly roleArn: string;
  };
}

export interface ServiceRegistry {
  readonly registryArn: string;
  readonly port?: number;
  readonly containerName?: string;
  readonly containerPort?: number;
}

/** How the tasks of a revision take part in Service Connect. */
export interface ServiceConnect {
  /** As the caller gave it, with the namespace. */
  readonly configuration: ServiceConnectConfiguration;
  readonly namespaceId: string;
  /** What other tasks of the namespace reach it by; none for a mere client. */
  readonly endpoints: readonly ServiceConnectEndpoint[];
}

export interface ServiceConnectEndpoint {
  readonly discoveryName: string;
  /** Of the service of Cloud Map that its tasks are registered in. */
  readonly discoveryId: string;
  readonly discoveryArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  /** Where tasks are reached: another one than the container's is the proxy's. */
  readonly ingressPort: number;
  readonly protocol: "http" | "http2" | "grpc" | "tcp";
  readonly aliases: readonly { readonly port: number; readonly dnsName: string }[];
  readonly idleTimeoutSeconds?: number;
  readonly perRequestTimeoutSeconds?: number;
  /** The header of requests that try a new revision, with this value or any; absent with TCP. */
  readonly testHeader?: { readonly name: string; readonly exact?: string };
  /** Proxies speak TLS with each other; the name is what its certificate is for. */
  readonly tls?: { readonly name: string };
}

/** A line of what the scheduler did, as DescribeServices shows the newest hundred of. */
export interface ServiceEventRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

export const maxServiceEvents = 100;

export const services: Collection<ServiceRecord, "cluster" | "status" | "namespace" | "waiting"> = {
  name: "ecs/service",
  indexes: {
    /** Services that ListServices shows. */
    cluster: (service) => (service.status === "ACTIVE" ? clusterPath(service) : undefined),
    status: (service) => `${clusterPath(service)}/${service.status}`,
    /** Services that take part in Service Connect, by `account/region/namespace`. */
    namespace: ({ status, serviceConnectNamespaceId, account, region }) =>
      status === "ACTIVE" && serviceConnectNamespaceId !== undefined
        ? `${account}/${region}/${serviceConnectNamespaceId}`
        : undefined,
    /** Services that could start nothing, for want of room or of something else that their events name. */
    waiting: (service) =>
      service.status === "ACTIVE" && service.deployments.some(({ backoff }) => backoff?.told !== undefined)
        ? clusterPath(service)
        : undefined,
  },
  machines: [serviceMachine],
};

/** Found by the ARN of their task definition, so that it is not removed under them. */
export const serviceRevisions: Collection<ServiceRevisionRecord, "definition"> = {
  name: "ecs/service-revision",
  indexes: { definition: (revision) => revision.taskDefinitionArn },
};
export const serviceEvents: Collection<ServiceEventRecord> = { name: "ecs/service-event" };

/** What names a service within the platform. */
export interface ServiceName extends World {
  readonly clusterName: string;
  readonly serviceName: string;
}

export function serviceKey(at: ServiceName): Key<ServiceRecord> {
  return keyOf(services, at.account, at.region, at.clusterName, at.serviceName);
}

export function serviceArn(at: ServiceName): string {
  return ecsArn(at, `service/${at.clusterName}/${at.serviceName}`);
}

/** Stands for a service of the account, where a role's trust policy is asked about one that is not there yet. */
export function anyServiceArn(world: World): string {
  return ecsArn(world, "service/*");
}

export function serviceRevisionKey(at: ServiceName, id: string): Key<ServiceRevisionRecord> {
  return keyOf(serviceRevisions, at.account, at.region, at.clusterName, at.serviceName, id);
}

/** What names the service of a task; undefined: it was started by itself. Asked for each task at each change of one. */
function serviceOfTask({ account, region, clusterName, service }: TaskRecord): ServiceName | undefined {
  return service && { account, region, clusterName, serviceName: service.serviceName };
}

/** The key of a task's service; none when it was started by itself. */
export function serviceKeysOf(task: TaskRecord): Key<ServiceRecord>[] {
  const service = serviceOfTask(task);
  return service === undefined ? [] : [serviceKey(service)];
}

const revisionKeys = new WeakMap<object, Key<ServiceRevisionRecord>>();

/**
 * The revision that a task of a service was made of. Records never change: the key that was made of one stays right.
 * The schedulers ask for it at every look at every task.
 */
export function revisionKeyOf(task: TaskRecord): Key<ServiceRevisionRecord> | undefined {
  const service = serviceOfTask(task);
  if (service === undefined) return undefined;
  const key = revisionKeys.get(task.service!) ?? serviceRevisionKey(service, task.service!.revisionId);
  revisionKeys.set(task.service!, key);
  return key;
}

export function serviceRevisionsOf(at: ServiceName): Prefix<ServiceRevisionRecord> {
  return prefixOf(serviceRevisions, at.account, at.region, at.clusterName, at.serviceName);
}

export function serviceRevisionArn(at: ServiceName, id: string): string {
  return ecsArn(at, `service-revision/${at.clusterName}/${at.serviceName}/${id}`);
}

/** Keys are in the order of the events. */
export function serviceEventKey(at: ServiceName, sequence: number): Key<ServiceEventRecord> {
  const place = String(sequence).padStart(12, "0");
  return keyOf(serviceEvents, at.account, at.region, at.clusterName, at.serviceName, place);
}

export function serviceEventsOf(at: ServiceName): Prefix<ServiceEventRecord> {
  return prefixOf(serviceEvents, at.account, at.region, at.clusterName, at.serviceName);
}

/** What the key of a service names. */
export function serviceNameIn(key: string): ServiceName {
  const [account = "", region = "", clusterName = "", serviceName = ""] = partsOf(key);
  return { account, region, clusterName, serviceName };
}

/** The value of the index `service` of tasks. */
export function servicePath(at: ServiceName): string {
  return `${clusterPath(at)}/${at.serviceName}`;
}

/** The deployment that DescribeServices calls PRIMARY; undefined with the EXTERNAL controller. */
export function primaryOf(service: ServiceRecord): DeploymentRecord | undefined {
  return service.deployments.find(({ status }) => status === "PRIMARY");
}
