import type { Attachment, Container, Task } from "#generated/ecs/types.ts";
import { execAgent } from "../exec/managed-agent.ts";
import { type TaskContainer, type TaskRecord, taskHealth } from "../model/task.ts";
import { reservedFor } from "./reserved.ts";

/** The API's Task. Tags are left out unless asked for, as DescribeTasks does. */
export function toTask(task: TaskRecord, options: { tags: boolean }): Task {
  const { cpuUnits, memoryMiB } = reservedFor(task);
  const storage = task.ephemeralStorageGiB === undefined ? undefined : { sizeInGiB: task.ephemeralStorageGiB };
  return {
    attachments: task.attachments.map(({ id, type, status, details }): Attachment => ({ id, type, status, details })),
    attributes: [{ name: "ecs.cpu-architecture", value: task.cpuArchitecture === "ARM64" ? "arm64" : "x86_64" }],
    availabilityZone: task.availabilityZone,
    capacityProviderName: task.capacityProviderName,
    clusterArn: task.clusterArn,
    // The agent's word that it has taken the task over is its first sign of life.
    connectivity: task.agent && "CONNECTED",
    connectivityAt: task.agent && (task.pullStartedAt ?? task.createdAt),
    containerInstanceArn: task.containerInstanceArn,
    containers: task.containers.map((container) => toContainer(container, task)),
    // Of a definition without a size of its own: what the containers add up to, as AWS has it.
    cpu: String(cpuUnits),
    createdAt: task.createdAt,
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    executionStoppedAt: task.executionStoppedAt,
    group: task.group,
    healthStatus: taskHealth(task),
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: String(memoryMiB),
    overrides: { ...task.overrides, inferenceAcceleratorOverrides: [] },
    platformVersion: task.platformVersion,
    platformFamily: task.platformFamily,
    pullStartedAt: task.pullStartedAt,
    pullStoppedAt: task.pullStoppedAt,
    startedAt: task.startedAt,
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: task.stoppedAt,
    stoppedReason: task.stoppedReason,
    stoppingAt: task.stoppingAt,
    tags: options.tags ? task.tags : [],
    taskArn: task.taskArn,
    taskDefinitionArn: task.taskDefinitionArn,
    version: task.version,
    ephemeralStorage: storage,
    fargateEphemeralStorage: storage,
  };
}

function toContainer(container: TaskContainer, task: TaskRecord): Container {
  const agent = execAgent(task, container);
  return {
    containerArn: container.containerArn,
    taskArn: task.taskArn,
    name: container.name,
    image: container.image,
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: container.networkBindings ?? [],
    networkInterfaces: task.networkInterface
      ? [
          {
            attachmentId: task.networkInterface.attachmentId,
            privateIpv4Address: task.networkInterface.privateIpv4Address,
          },
        ]
      : [],
    healthStatus: container.healthStatus ?? "UNKNOWN",
    cpu: container.cpu,
    memory: container.memory,
    memoryReservation: container.memoryReservation,
    managedAgents: agent && [agent],
  };
}
