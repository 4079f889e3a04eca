import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { type ContainerOverrides, hostInterface, type TaskRecord } from "../model/task.ts";
import type { ContainerDefinitionRecord, TaskDefinitionRecord } from "../model/task-definition.ts";

/**
 * What the agent is told of a task: its definition with the overrides applied. `seqNum` is the revision of the task's
 * record, so that it grows with every change.
 */
export function taskPayload(task: TaskRecord, definition: TaskDefinitionRecord, seqNum: number): TaskPayload {
  return {
    taskArn: task.taskArn,
    seqNum,
    desiredStatus: agentDesiredStatus(task),
    family: task.family,
    revision: task.revision,
    clusterName: task.clusterName,
    ...(task.group.startsWith("service:") && { serviceName: task.group.slice("service:".length) }),
    launchType: task.launchType,
    availabilityZone: task.availabilityZone ?? "",
    createdAt: task.createdAt,
    tags: task.tags,
    ...(task.cpu !== undefined && { cpuUnits: Number(task.cpu) }),
    ...(task.memory !== undefined && { memoryMiB: Number(task.memory) }),
    ...(task.ephemeralStorageGiB !== undefined && { ephemeralStorageGiB: task.ephemeralStorageGiB }),
    networkMode: task.networkMode,
    ...(task.networkInterface && { networkInterface: hostInterface(task.networkInterface) }),
    ...(definition.pidMode && { pidMode: definition.pidMode }),
    ...(definition.ipcMode && { ipcMode: definition.ipcMode }),
    cpuArchitecture: task.cpuArchitecture,
    containers: definition.containerDefinitions.map((container) => containerPayload(container, task)),
    volumes: definition.volumes,
    enableExecuteCommand: task.enableExecuteCommand,
    ...(task.serviceConnect && task.serviceConnect.hosts.length > 0 && { hasProxy: true }),
    ...(task.credentialsId && { credentialsId: task.credentialsId }),
  };
}

/**
 * The agent stops a task only once it has been taken out of traffic: while DEACTIVATING it is left running. What an
 * interruption of Fargate Spot takes away has its signal at once: two minutes are all that it has.
 */
export function agentDesiredStatus(task: TaskRecord): "RUNNING" | "STOPPED" {
  if (task.desiredStatus === "STOPPED" && task.stopCode === "SpotInterruption") return "STOPPED";
  return ["STOPPING", "DEPROVISIONING", "STOPPED"].includes(task.lastStatus) ? "STOPPED" : "RUNNING";
}

function containerPayload(container: ContainerDefinitionRecord, task: TaskRecord): ContainerPayload {
  const named = ({ name }: { name: string }) => name === container.name;
  const override: ContainerOverrides | undefined = task.overrides.containerOverrides.find(named);
  const containerArn = task.containers.find(named)?.containerArn;
  const { versionConsistency: _, portMappings, secrets, dependsOn, logConfiguration, ...same } = container;
  return {
    ...same,
    ...(containerArn && { containerArn }),
    secrets: secrets ?? [],
    dependsOn: dependsOn ?? [],
    portMappings: portMappings.map(({ name: _, appProtocol: __, ...mapping }) => mapping),
    ...(logConfiguration && {
      logConfiguration: { logDriver: logConfiguration.logDriver, options: logConfiguration.options ?? {} },
    }),
    environment: mergeEnvironment(container.environment, override?.environment ?? []),
    ...(task.serviceConnect && {
      extraHosts: [...(container.extraHosts ?? []), ...task.serviceConnect.hosts],
    }),
    ...(override?.command && { command: override.command }),
    ...(override?.cpu !== undefined && { cpu: override.cpu }),
    ...(override?.memory !== undefined && { memory: override.memory }),
    ...(override?.memoryReservation !== undefined && { memoryReservation: override.memoryReservation }),
  };
}

type Variable = { readonly name?: string; readonly value?: string };

/** An override replaces the variable of the same name, and adds the others behind. */
function mergeEnvironment(own: readonly Variable[], overrides: readonly Variable[]): ContainerPayload["environment"] {
  const merged = new Map<string, string>();
  for (const { name, value } of [...own, ...overrides]) if (name) merged.set(name, value ?? "");
  return [...merged].map(([name, value]) => ({ name, value }));
}
