import type { ContainerSpec } from "#host/runtime/driver.ts";
import type { ContainerPayload, LinuxParameters, TaskPayload } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { type EnvironmentOptions, environmentOf } from "./environment.ts";
import { ecsLabels } from "./labels.ts";
import { type ContainerFiles, mountsOf } from "./mounts.ts";
import { isSandboxSysctl } from "./sandbox-spec.ts";

export interface ContainerFacts extends EnvironmentOptions {
  /** The task's id. */
  readonly taskId: string;
  readonly imageId: string;
  readonly stopSignal?: string;
  readonly files: ContainerFiles;
  /** Whether the engine enforces the task's limits on the sandbox; else each container gets them. */
  readonly sandboxLimits: boolean;
  /** The most open files that the engine can allow, where that is known. */
  readonly openFilesLimit?: number;
  /** Runtime ids of the task's containers that exist, by name. */
  readonly runtimeIds: Readonly<Record<string, string>>;
}

/** Null, zero and one are passed on as two CPU shares, the kernel's least, as the Amazon ECS agent does. */
const leastCpuShares = 2;
/** Fargate's default for open files, which the engine's own differs from. */
const fargateOpenFiles = 65_535;

/**
 * What the engine is told to run. Throws a `DriverError` (`InvalidSpec`) for what the launch type or network mode does
 * not allow; the control plane refuses most of it before.
 */
export function containerSpec(payload: TaskPayload, container: ContainerPayload, facts: ContainerFacts): ContainerSpec {
  checkAllowed(payload, container);
  return {
    name: container.name,
    labels: { ...container.dockerLabels, ...ecsLabels(payload, container.name) },
    image: facts.imageId,
    ...processOf(container),
    environment: environmentOf(payload, container, facts),
    ...securityOf(container),
    ...resourcesOf(payload, container, facts),
    ...linuxOf(container.linuxParameters),
    sysctls: ownSysctls(payload, container),
    mounts: mountsOf(facts.taskId, payload, container, facts.files),
    volumesFrom: volumesFrom(container, facts.runtimeIds),
    ...healthOf(container),
    ...(facts.stopSignal === undefined ? {} : { stopSignal: facts.stopSignal }),
    disableNetworking: container.disableNetworking ?? false,
    pidMode: payload.pidMode === "task" ? "sandbox" : (payload.pidMode ?? "private"),
    ipcMode: payload.ipcMode === "task" ? "sandbox" : (payload.ipcMode ?? "private"),
    keepLogs: container.logConfiguration !== undefined,
  };
}

function checkAllowed(payload: TaskPayload, container: ContainerPayload): void {
  const refuse = (what: string) => {
    throw new DriverError("InvalidSpec", what);
  };
  if (payload.launchType === "FARGATE") {
    if (container.privileged) refuse("privileged containers are not supported on Fargate");
    if (payload.pidMode === "host" || payload.ipcMode !== undefined) {
      refuse("the host's PID and IPC namespaces are not supported on Fargate");
    }
  }
  if (payload.networkMode === "awsvpc" && (container.links?.length ?? 0) > 0) {
    refuse("links are not supported when the network type is awsvpc");
  }
}

function processOf(container: ContainerPayload) {
  return {
    ...(container.entryPoint === undefined ? {} : { entrypoint: container.entryPoint }),
    ...(container.command === undefined ? {} : { command: container.command }),
    ...(container.workingDirectory === undefined ? {} : { workingDirectory: container.workingDirectory }),
    ...(container.user === undefined ? {} : { user: container.user }),
    interactive: container.interactive ?? false,
    tty: container.pseudoTerminal ?? false,
  };
}

function securityOf(container: ContainerPayload) {
  return {
    readonlyRootfs: container.readonlyRootFilesystem ?? false,
    privileged: container.privileged ?? false,
    capAdd: container.linuxParameters?.capabilities?.add ?? [],
    capDrop: container.linuxParameters?.capabilities?.drop ?? [],
    securityOptions: container.dockerSecurityOptions ?? [],
  };
}

function resourcesOf(payload: TaskPayload, container: ContainerPayload, facts: ContainerFacts) {
  const { sandboxLimits } = facts;
  const ulimits = (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => {
    return { name, soft: softLimit, hard: hardLimit };
  });
  const fargate = payload.launchType === "FARGATE";
  const memoryMiB = container.memory ?? (sandboxLimits ? undefined : payload.memoryMiB);
  const addNofile = fargate && !ulimits.some(({ name }) => name === "nofile");
  return {
    cpuShares: Math.max(leastCpuShares, container.cpu),
    ...(sandboxLimits || payload.cpuUnits === undefined ? {} : { cpuUnits: payload.cpuUnits }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(container.memoryReservation === undefined ? {} : { memoryReservationMiB: container.memoryReservation }),
    ulimits: addNofile ? [...ulimits, openFiles(facts.openFilesLimit)] : ulimits,
    ...swapOf(fargate, memoryMiB, container.linuxParameters),
  };
}

function openFiles(limit = fargateOpenFiles) {
  const most = Math.min(limit, fargateOpenFiles);
  return { name: "nofile", soft: most, hard: most };
}

/**
 * Fargate has no swap; elsewhere it is the engine's choice unless the container says how much. "If a value is not
 * specified for maxSwap then this parameter is ignored" (`swappiness`, LinuxParameters).
 */
function swapOf(fargate: boolean, memoryMiB: number | undefined, linux: LinuxParameters | undefined) {
  const swapMiB = fargate ? 0 : linux?.maxSwap;
  const swappiness = fargate || linux?.maxSwap === undefined ? undefined : linux.swappiness;
  return {
    ...(memoryMiB === undefined || swapMiB === undefined ? {} : { swapMiB }),
    ...(swappiness === undefined ? {} : { swappiness }),
  };
}

function linuxOf(linux: LinuxParameters | undefined) {
  const permission = { read: "r", write: "w", mknod: "m" } as const;
  return {
    init: linux?.initProcessEnabled ?? false,
    ...(linux?.sharedMemorySize === undefined ? {} : { shmSizeMiB: linux.sharedMemorySize }),
    devices: (linux?.devices ?? []).map(({ hostPath, containerPath, permissions }) => ({
      hostPath,
      containerPath: containerPath ?? hostPath,
      permissions: (permissions ?? ["read", "write", "mknod"]).map((each) => permission[each]).join(""),
    })),
    tmpfs: (linux?.tmpfs ?? []).map(({ containerPath, size, mountOptions }) => ({
      path: containerPath,
      options: [`size=${size}m`, ...(mountOptions ?? [])].join(","),
    })),
  };
}

function ownSysctls(payload: TaskPayload, { systemControls }: ContainerPayload): Record<string, string> {
  const own = (systemControls ?? []).filter(({ namespace }) => !isSandboxSysctl(payload, namespace));
  return Object.fromEntries(own.map(({ namespace, value }) => [namespace, value]));
}

function volumesFrom(container: ContainerPayload, runtimeIds: Readonly<Record<string, string>>) {
  return container.volumesFrom.map(({ sourceContainer, readOnly }) => {
    const containerId = runtimeIds[sourceContainer];
    if (containerId === undefined) {
      throw new DriverError("InvalidSpec", `Unknown container '${sourceContainer}' in volumesFrom`);
    }
    return { containerId, readOnly: readOnly ?? false };
  });
}

function healthOf({ healthCheck }: ContainerPayload): Pick<ContainerSpec, "healthCheck"> {
  if (healthCheck === undefined) return {};
  const { command, interval, timeout, retries, startPeriod } = healthCheck;
  return {
    healthCheck: {
      command,
      intervalSeconds: interval,
      timeoutSeconds: timeout,
      retries,
      startPeriodSeconds: startPeriod ?? 0,
    },
  };
}
