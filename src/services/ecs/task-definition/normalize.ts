import type { ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest, Volume } from "#generated/ecs/types.ts";
import type {
  ContainerDefinitionRecord,
  ContainerPortMapping,
  TaskDefinitionRecord,
} from "../model/task-definition.ts";
import { parseCpu, parseMemory } from "./size.ts";

/** What a caller's definition settles of the record. */
export type Registered = Omit<
  TaskDefinitionRecord,
  | "account"
  | "region"
  | "taskDefinitionArn"
  | "revision"
  | "status"
  | "compatibilities"
  | "requiresAttributes"
  | "registeredAt"
  | "registeredBy"
  | "tags"
>;

/**
 * A valid definition with the defaults that AWS fills in and shows from then on; what is left out here stays left out
 * when it is read back.
 */
export function normalizeTaskDefinition(input: RegisterTaskDefinitionRequest): Registered {
  const { containerDefinitions, volumes, placementConstraints, cpu, memory, tags, ...rest } = input;
  const kept = withoutRefused(rest);
  return {
    ...(kept as Omit<Registered, "containerDefinitions" | "volumes" | "placementConstraints">),
    containerDefinitions: containerDefinitions.map((container) => normalizeContainer(container, input)),
    volumes: (volumes ?? []).map(normalizeVolume),
    placementConstraints: (placementConstraints ?? []) as Registered["placementConstraints"],
    ...(cpu === undefined ? {} : { cpu: String(parseCpu(cpu)) }),
    ...(memory === undefined ? {} : { memory: String(parseMemory(memory)) }),
  };
}

/** Fields of which only the unused form passes validation: empty lists and `false`. */
function withoutRefused(rest: Partial<RegisterTaskDefinitionRequest>): Partial<RegisterTaskDefinitionRequest> {
  const { proxyConfiguration, inferenceAccelerators, enableFaultInjection, ...kept } = rest;
  return kept;
}

function normalizeContainer(
  container: ContainerDefinition,
  definition: RegisterTaskDefinitionRequest,
): ContainerDefinitionRecord {
  const { environmentFiles, resourceRequirements, firelensConfiguration, credentialSpecs, ...kept } = container;
  const { healthCheck, logConfiguration, ...plain } = kept;
  return {
    ...(plain as Omit<ContainerDefinitionRecord, "healthCheck" | "logConfiguration">),
    cpu: container.cpu ?? 0,
    portMappings: (container.portMappings ?? []).map((port) => normalizePort(port, definition)),
    essential: container.essential ?? true,
    environment: (container.environment ?? []).map(({ name = "", value = "" }) => ({ name, value })),
    mountPoints: (container.mountPoints ?? []) as ContainerDefinitionRecord["mountPoints"],
    volumesFrom: (container.volumesFrom ?? []) as ContainerDefinitionRecord["volumesFrom"],
    systemControls: (container.systemControls ?? []) as ContainerDefinitionRecord["systemControls"],
    ...(healthCheck === undefined ? {} : { healthCheck: { interval: 30, timeout: 5, retries: 3, ...healthCheck } }),
    ...(logConfiguration === undefined
      ? {}
      : { logConfiguration: logConfiguration as NonNullable<ContainerDefinitionRecord["logConfiguration"]> }),
  };
}

function normalizePort(port: PortMapping, { networkMode }: RegisterTaskDefinitionRequest): ContainerPortMapping {
  const protocol = port.protocol ?? "tcp";
  if (port.containerPortRange !== undefined) return { ...port, protocol };
  const shared = networkMode === "awsvpc" || networkMode === "host";
  return { ...port, hostPort: (shared ? port.containerPort : port.hostPort) ?? 0, protocol };
}

function normalizeVolume(volume: Volume): TaskDefinitionRecord["volumes"][number] {
  const { name = "", host, dockerVolumeConfiguration } = volume;
  if (dockerVolumeConfiguration === undefined) return { name, host: host ?? {} };
  return { name, dockerVolumeConfiguration: { scope: "task", ...dockerVolumeConfiguration } };
}
