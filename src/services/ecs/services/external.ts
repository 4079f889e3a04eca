import type { CreateServiceRequest, UpdateServiceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { invalid } from "../faults.ts";

/*
 * What the EXTERNAL deployment controller leaves to task sets: "When creating a service that uses the EXTERNAL
 * deployment controller, you can specify only parameters that aren't controlled at the task set level." The words of
 * the faults are AWS's where they are known.
 */

/** Throws `InvalidParameterException` or `UnsupportedFeatureException`. */
export function checkExternalService(ctx: RequestContext, input: CreateServiceRequest): void {
  if (input.schedulingStrategy === "DAEMON") {
    throw invalid("The daemon scheduling strategy is not supported with the EXTERNAL deployment controller.");
  }
  if (input.taskDefinition === "") throw invalid("Family should not be null or empty.");
  if (input.taskDefinition !== undefined) throw invalid("TaskDefinition must be blank");
  if (input.loadBalancers?.length) throw invalid("LoadBalancers must be empty or null.");
  if (input.serviceRegistries?.length) throw invalid("ServiceRegistries must be empty or null.");
  if (input.capacityProviderStrategy?.length) throw invalid("CapacityProviderStrategy must be empty or null.");
  const blank = { launchType: "LaunchType", platformVersion: "PlatformVersion" } as const;
  for (const [field, name] of Object.entries(blank)) {
    if (input[field as keyof typeof blank]) throw invalid(`${name} must be blank`);
  }
  if (input.networkConfiguration?.awsvpcConfiguration) throw invalid("NetworkConfiguration must be blank");
  if (input.serviceConnectConfiguration?.enabled) {
    throw ctx.fault("UnsupportedFeatureException", "Service Connect is only supported with rolling deployments.");
  }
  for (const field of ["volumeConfigurations", "vpcLatticeConfigurations", "gatewayConnectors"] as const) {
    if (input[field]?.length) throw invalid(`${field} is not supported with the EXTERNAL deployment controller.`);
  }
  if (input.monitoring) throw invalid("monitoring is not supported with the EXTERNAL deployment controller.");
  checkExternalConfiguration(input.deploymentConfiguration);
  if (input.availabilityZoneRebalancing === "ENABLED") {
    throw invalid("Availability Zone Rebalancing does not support the EXTERNAL deployment controller.");
  }
}

/** Percentages may be given, though task sets on Fargate have no use for them; what steers rollouts may not. */
function checkExternalConfiguration(configuration: CreateServiceRequest["deploymentConfiguration"]): void {
  const { deploymentCircuitBreaker, alarms, strategy, lifecycleHooks, bakeTimeInMinutes } = configuration ?? {};
  const rollout = {
    deploymentCircuitBreaker: deploymentCircuitBreaker?.enable,
    alarms: alarms?.enable,
    strategy: strategy !== undefined && strategy !== "ROLLING",
    lifecycleHooks: lifecycleHooks?.length,
    bakeTimeInMinutes,
    linearConfiguration: configuration?.linearConfiguration,
    canaryConfiguration: configuration?.canaryConfiguration,
    earlySuccessCriteria: configuration?.earlySuccessCriteria?.enable,
  };
  for (const [field, value] of Object.entries(rollout)) {
    if (value) throw invalid(`${field} is only supported with the ECS deployment controller.`);
  }
}

/** What UpdateService may not change; all else of its fields it may. */
const byTaskSets: Readonly<Partial<Record<keyof UpdateServiceRequest, string>>> = {
  taskDefinition: "task definition",
  networkConfiguration: "network parameters",
  platformVersion: "platform version",
  capacityProviderStrategy: "capacity provider strategy",
  loadBalancers: "load balancers",
  serviceRegistries: "service registries",
  serviceConnectConfiguration: "service connect configuration",
  deploymentConfiguration: "deployment configuration",
  availabilityZoneRebalancing: "availability zone rebalancing",
  enableExecuteCommand: "execute command configuration",
  volumeConfigurations: "volume configurations",
  vpcLatticeConfigurations: "VPC Lattice configurations",
  gatewayConnectors: "gateway connectors",
  monitoring: "monitoring configuration",
};

/**
 * "For services using an external deployment controller, you can update only the desired count, task placement
 * constraints and strategies, health check grace period, enable ECS managed tags option, and propagate tags option."
 */
export function checkExternalUpdate(input: UpdateServiceRequest): void {
  const services = "on services with an EXTERNAL deployment controller";
  if (input.forceNewDeployment) throw invalid(`Cannot force a new deployment ${services}. Use CreateTaskSet.`);
  for (const [field, words] of Object.entries(byTaskSets)) {
    if (input[field as keyof UpdateServiceRequest] === undefined) continue;
    throw invalid(`Unable to update ${words} ${services}. Use CreateTaskSet.`);
  }
}
