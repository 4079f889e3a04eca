import type {
  DeploymentConfiguration as ConfigurationOutput,
  DeploymentLifecycleHook,
  DeploymentLifecycleHookStage as HookStage,
  NetworkConfiguration,
  Service,
  TaskSet,
} from "#generated/ecs/types.ts";
import type {
  DeploymentConfiguration,
  DeploymentRecord,
  LifecycleHook,
  ServiceRecord,
  ServiceRevisionRecord,
} from "../model/service.ts";
import type { AwsvpcConfiguration, TaskRecord } from "../model/task.ts";

/** The API's DeploymentConfiguration: what was said, and the defaults that AWS shows. */
export function configurationOut(configuration: DeploymentConfiguration): ConfigurationOutput {
  const { deploymentCircuitBreaker: breaker, lifecycleHooks, earlySuccessCriteria, ...rest } = configuration;
  return {
    ...rest,
    deploymentCircuitBreaker: breaker ?? { enable: false, rollback: false },
    ...(lifecycleHooks.length > 0 && { lifecycleHooks: lifecycleHooks.map(hookOut) }),
    ...(earlySuccessCriteria && { earlySuccessCriteria: { enable: true, ...earlySuccessCriteria } }),
  };
}

function hookOut({
  timeoutInMinutes,
  timeoutAction,
  lifecycleStages,
  ...hook
}: LifecycleHook): DeploymentLifecycleHook {
  return {
    ...hook,
    lifecycleStages: lifecycleStages as readonly HookStage[],
    timeoutConfiguration: { timeoutInMinutes, action: timeoutAction },
  };
}

export function networkOut(
  configuration: AwsvpcConfiguration | undefined,
): { networkConfiguration: NetworkConfiguration } | Record<string, never> {
  return configuration === undefined ? {} : { networkConfiguration: { awsvpcConfiguration: configuration } };
}

/** What a service or a task set shows of a revision. */
export function revisionOut(revision: ServiceRevisionRecord): Partial<Service & TaskSet> {
  const { launchType, capacityProviderStrategy, platformVersion } = revision;
  return {
    taskDefinition: revision.taskDefinitionArn,
    ...(launchType && { launchType }),
    ...(capacityProviderStrategy && { capacityProviderStrategy }),
    ...(platformVersion && { platformVersion, platformFamily: "Linux" }),
    loadBalancers: revision.loadBalancers,
    serviceRegistries: revision.serviceRegistries,
    ...networkOut(revision.networkConfiguration),
  };
}

/** What deployments show of Service Connect. */
export function connectOut({ serviceConnect }: ServiceRevisionRecord) {
  if (serviceConnect === undefined) return {};
  return {
    serviceConnectConfiguration: serviceConnect.configuration,
    serviceConnectResources: serviceConnect.endpoints.map(({ discoveryName, discoveryArn }) => ({
      ...{ discoveryName, discoveryArn },
    })),
  };
}

export function isRunning({ lastStatus }: TaskRecord): boolean {
  return lastStatus === "RUNNING";
}

export function isPending({ lastStatus }: TaskRecord): boolean {
  return ["PROVISIONING", "PENDING", "ACTIVATING"].includes(lastStatus);
}

/** How many tasks a deployment of a service is to have. `own`: the tasks of the service. */
export function requestedCount(
  service: Pick<ServiceRecord, "desiredCount">,
  { id, status, desiredCount }: DeploymentRecord,
  own: readonly TaskRecord[],
): number {
  if (status === "PRIMARY") return service.desiredCount;
  const isWanted = (task: TaskRecord) => task.service!.deploymentId === id && task.desiredStatus === "RUNNING";
  return desiredCount ?? own.filter(isWanted).length;
}
