import {
  compileRequest,
  type HostPort,
  type PlacementRequest,
  readConstraints,
  readStrategies,
  type Strategy,
} from "#placement/index.ts";
import type { TaskOverrides } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import type { TaskPlacement } from "./placement.ts";

/** What the placement of a task follows from. */
export interface TaskNeeds {
  readonly definition: TaskDefinitionRecord;
  readonly overrides: TaskOverrides;
  /** `service:web`, `family:job`. */
  readonly group: string;
  readonly placement?: TaskPlacement;
  /** What holds without strategies. */
  readonly fallback: readonly Strategy[];
  /** With awsvpc: the zones of its subnets. */
  readonly zones?: readonly string[];
}

/** What a task asks of a container instance ("How Amazon ECS places tasks on container instances"). */
export function placementRequest({
  definition,
  overrides,
  group,
  placement,
  fallback,
  zones,
}: TaskNeeds): PlacementRequest {
  const { placementConstraints, networkMode, requiresAttributes, runtimePlatform } = definition;
  const strategies = readStrategies(placement?.placementStrategy ?? []);
  const architecture = runtimePlatform?.cpuArchitecture;
  const value = architecture === "ARM64" ? "arm64" : "x86_64";
  return compileRequest({
    group,
    ...amountsOf(definition, overrides),
    networkInterface: networkMode === "awsvpc",
    ports: namedPorts(definition),
    attributes: [
      ...requiresAttributes,
      ...(architecture === undefined ? [] : [{ name: "ecs.cpu-architecture", value }]),
    ],
    ...(zones && { zones }),
    constraints: readConstraints([...placementConstraints, ...(placement?.placementConstraints ?? [])]),
    strategies: strategies.length > 0 ? strategies : fallback,
  });
}

/** What is reserved: what the task is given as a whole, else the sum of its containers. */
function amountsOf(definition: TaskDefinitionRecord, overrides: TaskOverrides): { cpu: number; memoryMiB: number } {
  const containers = definition.containerDefinitions.map((container) => ({
    ...container,
    ...overrides.containerOverrides.find(({ name }) => name === container.name),
  }));
  const sum = (of: (container: (typeof containers)[number]) => number) =>
    containers.reduce((total, container) => total + of(container), 0);
  const cpu = overrides.cpu ?? definition.cpu;
  const memory = overrides.memory ?? definition.memory;
  return {
    cpu: cpu === undefined ? sum((container) => container.cpu ?? 0) : Number(cpu),
    memoryMiB:
      memory === undefined ? sum((container) => container.memoryReservation ?? container.memory ?? 0) : Number(memory),
  };
}

/** Host ports that the definition names; others are chosen when a container starts. */
export function namedPorts({ networkMode = "bridge", containerDefinitions }: TaskDefinitionRecord): HostPort[] {
  if (networkMode === "awsvpc" || networkMode === "none") return [];
  return containerDefinitions.flatMap(({ portMappings }) =>
    portMappings.flatMap(({ hostPort = 0, protocol }) => (hostPort > 0 ? [{ port: hostPort, protocol }] : [])),
  );
}
