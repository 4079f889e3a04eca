import { isDeepStrictEqual } from "node:util";
import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  type ServiceRecord as DiscoveryService,
  services as discoveryServices,
  type ServiceDns,
  serviceKeyOfArn,
} from "#services/discovery/model.ts";
import { resolveConnect } from "../connect/configuration.ts";
import { invalid } from "../faults.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import type { ServiceRegistry, ServiceRevisionRecord } from "../model/service.ts";
import type { AwsvpcConfiguration } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { resolveCapacity } from "../tasks/capacity.ts";
import { resolveNetwork } from "../tasks/network.ts";
import { resolvePlatformVersion } from "../tasks/validate.ts";
import { checkContainerPort } from "./container-port.ts";
import { resolveLoadBalancers } from "./load-balancers.ts";

/** What a request says of the tasks of a service: the fields that make a new deployment when they change. */
export type RevisionInput = Pick<
  CreateServiceRequest,
  | "serviceName"
  | "launchType"
  | "capacityProviderStrategy"
  | "platformVersion"
  | "networkConfiguration"
  | "loadBalancers"
  | "serviceRegistries"
  | "serviceConnectConfiguration"
  | "volumeConfigurations"
  | "vpcLatticeConfigurations"
  | "gatewayConnectors"
  | "monitoring"
>;

/** What a revision says, without what tells one from another. */
export type RevisionContent = Omit<
  ServiceRevisionRecord,
  "account" | "region" | "clusterName" | "serviceName" | "id" | "createdAt" | "targetGroups"
>;

/** The checked content of a service's first revision. */
export async function resolveRevision(
  ctx: RequestContext,
  input: RevisionInput,
  cluster: ClusterRecord,
  definition: TaskDefinitionRecord,
): Promise<RevisionContent> {
  refuseUnsupported(input);
  const capacity = resolveServiceCapacity(ctx, input, cluster);
  checkCompatible(capacity, definition);
  const fargate = isFargate(capacity);
  if (!fargate && input.platformVersion !== undefined) {
    throw invalid("The platform version must be null when specifying an EC2 launch type.");
  }
  const { account, region, clusterName, serviceConnectNamespace } = cluster;
  const serviceConnect = resolveConnect(ctx, input.serviceConnectConfiguration, {
    at: { account, region, clusterName, serviceName: input.serviceName },
    definition,
    ...(serviceConnectNamespace !== undefined && { clusterDefault: serviceConnectNamespace }),
  });
  const mode = definition.networkMode ?? "bridge";
  const network = await resolveNetwork(ctx, mode, input.networkConfiguration, fargate);
  return {
    taskDefinitionArn: definition.taskDefinitionArn,
    ...capacity,
    ...(fargate && { platformVersion: resolvePlatformVersion(ctx, input.platformVersion) }),
    ...(network && networkOf(network, input)),
    loadBalancers: resolveLoadBalancers(ctx, input.loadBalancers ?? [], definition),
    serviceRegistries: resolveRegistries(ctx, input.serviceRegistries ?? [], definition),
    ...(serviceConnect && { serviceConnect }),
  };
}

function networkOf(
  network: AwsvpcConfiguration,
  { networkConfiguration }: RevisionInput,
): Pick<RevisionContent, "networkConfiguration" | "defaultSecurityGroups"> {
  const securityGroups = networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [];
  return {
    networkConfiguration: { ...network, securityGroups },
    ...(securityGroups.length === 0 && { defaultSecurityGroups: network.securityGroups }),
  };
}

type RevisionCapacity = Pick<RevisionContent, "launchType" | "capacityProviderStrategy">;

/** The launch type asked for, else the strategy asked for, else the cluster's default strategy, else EC2. */
function resolveServiceCapacity(
  ctx: RequestContext,
  input: Pick<RevisionInput, "launchType" | "capacityProviderStrategy">,
  cluster: ClusterRecord,
): RevisionCapacity {
  const [first] = resolveCapacity(ctx, input, cluster, 1);
  if (first!.capacityProviderName === undefined) return { launchType: first!.launchType };
  const asked = input.capacityProviderStrategy ?? [];
  const strategy = asked.length > 0 ? asked : cluster.defaultCapacityProviderStrategy;
  const whole = strategy.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base }));
  return { capacityProviderStrategy: whole };
}

export function isFargate({ launchType, capacityProviderStrategy }: RevisionCapacity): boolean {
  return launchType === "FARGATE" || capacityProviderStrategy !== undefined;
}

function checkCompatible(capacity: RevisionCapacity, definition: TaskDefinitionRecord): void {
  const launchType = capacity.launchType ?? "FARGATE";
  if (definition.compatibilities.includes(launchType)) return;
  throw invalid(`Task definition does not support launch_type ${launchType}.`);
}

function refuseUnsupported(input: RevisionInput): void {
  const refused = {
    volumeConfigurations: "this platform has no Amazon EBS. Use a task volume.",
    vpcLatticeConfigurations: "this platform has no VPC Lattice. Use Service Connect, or a load balancer.",
    gatewayConnectors: "this platform has no gateways. Use Service Connect, or a load balancer.",
  } as const;
  for (const [field, why] of Object.entries(refused)) {
    if (input[field as keyof typeof refused]?.length) throw invalid(`${field} is not supported: ${why}`);
  }
  if (input.monitoring !== undefined) {
    throw invalid(
      "monitoring is not supported: all services are measured at the platform's interval. Leave it out; whoever " +
        "starts the platform sets the interval (ESTIVA_METRICS_INTERVAL, 60 seconds unless it is set).",
    );
  }
}

function resolveRegistries(
  ctx: RequestContext,
  input: NonNullable<RevisionInput["serviceRegistries"]>,
  definition: TaskDefinitionRecord,
): ServiceRegistry[] {
  if (input.length > 1) throw invalid("A service can have one service registry only.");
  return input.map((registry) => {
    const { registryArn, port, containerName, containerPort } = registry;
    if (registryArn === undefined) throw invalid("registryArn can not be blank.");
    checkRegistryPort(ctx, registry, definition, requireRegistry(ctx, registryArn));
    return {
      registryArn,
      ...(port !== undefined && { port }),
      ...(containerName !== undefined && { containerName }),
      ...(containerPort !== undefined && { containerPort }),
    };
  });
}

function requireRegistry(ctx: RequestContext, registryArn: string): DiscoveryService {
  const arn = parseArn(registryArn);
  const key = serviceKeyOfArn(registryArn);
  const known = key !== undefined && arn?.account === ctx.account && arn.region === ctx.region;
  const found = known ? ctx.store.view(discoveryServices).get(key)?.value : undefined;
  if (found === undefined) throw invalid(`The service registry ${registryArn} does not exist.`);
  if (found.dns?.records.some(({ type }) => type === "CNAME")) {
    throw invalid(`The service registry ${registryArn} has a CNAME record: it must have A or SRV records.`);
  }
  return found;
}

function checkRegistryPort(
  ctx: RequestContext,
  { containerName, containerPort, port }: NonNullable<RevisionInput["serviceRegistries"]>[number],
  definition: TaskDefinitionRecord,
  { dns }: DiscoveryService,
): void {
  if ((containerName === undefined) !== (containerPort === undefined)) {
    throw invalid("A service registry must have both a containerName and a containerPort, or neither.");
  }
  if (dns !== undefined) checkPortNeeded(dns, port ?? containerPort, port === undefined);
  if (containerName === undefined) return;
  if (port !== undefined) throw invalid("A service registry can have a port or a containerPort, not both.");
  checkContainerPort(ctx, containerName, containerPort!, definition);
}

/** An SRV record has a port, an A record has none. */
function checkPortNeeded(dns: ServiceDns, given: number | undefined, byContainer: boolean): void {
  const needed = dns.records.some(({ type }) => type === "SRV");
  if (needed === (given !== undefined)) return;
  const values = "The values specified for serviceRegistries";
  if (needed) {
    const either = "'port', or for 'containerName' and 'containerPort'";
    throw invalid(`${values} require a value for ${either}. Add the value and retry.`);
  }
  const field = byContainer ? "containerPort" : "port";
  throw invalid(`${values} do not require a value for '${field}'. Remove the value and retry.`);
}

/** Whether two revisions say the same. */
export function saysTheSame(a: RevisionContent, b: RevisionContent): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b));
}

export function contentOf(revision: RevisionContent | ServiceRevisionRecord): RevisionContent {
  const {
    account: _,
    region: __,
    clusterName: ___,
    serviceName: ____,
    id: _____,
    createdAt: ______,
    targetGroups: _______,
    ...content
  } = revision as ServiceRevisionRecord;
  return content;
}
