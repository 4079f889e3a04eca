import type { HostNetwork, TaskPlace } from "#host/network/network.ts";
import type { RuntimeDriver, RuntimeInfo, Sandbox } from "#host/runtime/driver.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Images, resourceError } from "./images.ts";
import type { Journal } from "./journal.ts";
import type { OpenFilesLimit } from "./open-files.ts";
import type { AgentOptions, LogSource, SecretResolver, TaskLogs } from "./ports.ts";
import { containerSpec } from "./spec/container-spec.ts";
import { filesOf } from "./spec/files.ts";
import { volumeTaskLabel } from "./spec/labels.ts";
import { type ContainerFiles, isShared, volumeName, volumeSpec } from "./spec/mounts.ts";
import { hostPorts, sandboxSpec } from "./spec/sandbox-spec.ts";
import { type Action, memoryOf, type Result, type Task } from "./step/state.ts";
import { withTimeout } from "./timeout.ts";

export interface PerformDeps {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly logs: TaskLogs;
  readonly secrets: SecretResolver | undefined;
  readonly journal: Journal;
  readonly images: Images;
  readonly clock: Clock;
  readonly hostNameservers: readonly string[];
  /** What the engine can do; asked once. */
  readonly engine: () => Promise<RuntimeInfo>;
  readonly openFilesLimit: OpenFilesLimit;
  /** Resolves when the proxy of a task serves, or after so long; absent: the host has no proxies. */
  readonly proxyServes?: (taskId: string, withinMs: number) => Promise<void>;
  readonly options: AgentOptions;
}

export type Perform = (task: Task, action: Action, signal: AbortSignal) => Promise<Result>;

const nothing: Result = { type: "none" };

/** Carries out actions. It decides nothing: what it is told, or an error. */
export function createPerform(deps: PerformDeps): Perform {
  return async (task, action, signal) => {
    switch (action.type) {
      case "pull":
        return {
          type: "pull",
          image: await deps.images.ensure(task.payload, definition(task, action.container), signal),
        };
      case "createSandbox":
        return { type: "createSandbox", sandbox: await deps.driver.createSandbox(sandboxSpec(task.id, task.payload)) };
      case "createContainer":
        return {
          type: "createContainer",
          runtimeId: await createContainer(deps, task, action.container, action.sandbox),
        };
      case "startContainer":
        await startContainer(deps, task, action.container, action.runtimeId);
        return nothing;
      default:
        await performOther(deps, task, action);
        return nothing;
    }
  };
}

async function performOther(deps: PerformDeps, task: Task, action: Action): Promise<void> {
  const { driver, network, logs, journal } = deps;
  switch (action.type) {
    case "attach":
      return action.networkInterfaceId === undefined
        ? network.admit(task.id, taskPlace(task.payload, action.sandbox))
        : network.attach(action.networkInterfaceId, action.sandbox);
    case "detach":
      return network.detach(action.networkInterfaceId);
    case "createVolume":
      return createVolume(deps, task, action.volume);
    case "prepareLogs":
      return logs.prepare(logSource(task, action.container));
    case "drainLogs":
      return logs.drain(logSource(task, action.container), action.runtimeId);
    case "signal":
      return driver.signalContainer(action.runtimeId, action.signal);
    case "stopSandbox":
      await network.dismiss(task.id); // another sandbox may be given the address
      return driver.stopSandbox(action.sandboxId);
    case "removeSandbox":
      await network.dismiss(task.id);
      return driver.removeSandbox(action.sandboxId);
    case "removeVolumes":
      return removeVolumes(driver, task);
    case "forget":
      return journal.remove(task.id);
  }
}

function taskPlace(payload: TaskPayload, { address }: Sandbox): TaskPlace {
  return { ...(address !== undefined && { address }), ports: hostPorts(payload) };
}

function definition(task: Task, name: string) {
  return task.payload.containers.find((container) => container.name === name)!;
}

export function logSource(task: Task, name: string): LogSource {
  return { taskId: task.id, payload: task.payload, container: definition(task, name) };
}

function containerFiles(deps: PerformDeps, task: Task, name: string, sandbox: Sandbox): Promise<ContainerFiles> {
  const vpcId = task.payload.networkMode === "awsvpc" ? task.payload.networkInterface?.vpcId : undefined;
  const contents = filesOf(task.payload, definition(task, name), {
    hostname: sandbox.hostname,
    hostNameservers: deps.hostNameservers,
    ...(vpcId === undefined ? {} : { resolver: deps.network.resolverAddress(vpcId) }),
  });
  return deps.journal.writeFiles(task.id, name, contents);
}

async function createContainer(deps: PerformDeps, task: Task, name: string, sandbox: Sandbox): Promise<string> {
  const { metadataId, image } = memoryOf(task, name);
  const container = definition(task, name);
  const [files, secrets, { sandboxLimits }, openFilesLimit] = await Promise.all([
    containerFiles(deps, task, name, sandbox),
    resolveSecrets(deps.secrets, task, name),
    deps.engine(),
    deps.openFilesLimit(sandbox.pid),
  ]);
  const runtimeIds = Object.entries(task.memory.containers).flatMap(([each, { runtimeId }]) =>
    runtimeId === undefined ? [] : [[each, runtimeId] as const],
  );
  const spec = containerSpec(task.payload, container, {
    taskId: task.id,
    imageId: image?.id ?? container.image,
    metadataId,
    files,
    secrets,
    sandboxLimits,
    ...(openFilesLimit === undefined ? {} : { openFilesLimit }),
    runtimeIds: Object.fromEntries(runtimeIds),
    ...(image?.stopSignal === undefined ? {} : { stopSignal: image.stopSignal }),
    ...(deps.options.endpointUrl === undefined ? {} : { endpointUrl: deps.options.endpointUrl }),
  });
  const seconds = deps.options.containerCreateTimeoutSeconds;
  return withTimeout(deps.clock, seconds, "created", deps.driver.createContainer(sandbox.id, spec));
}

/** So long containers wait for the proxy of their task: one that fails is told of elsewhere. */
const proxyWithinMs = 15_000;

async function startContainer(deps: PerformDeps, task: Task, name: string, runtimeId: string): Promise<void> {
  if (task.payload.hasProxy) await deps.proxyServes?.(task.id, proxyWithinMs);
  const seconds = deps.options.containerStartTimeoutSeconds;
  await withTimeout(deps.clock, seconds, "started", deps.driver.startContainer(runtimeId));
  if (definition(task, name).logConfiguration !== undefined) deps.logs.follow(logSource(task, name), runtimeId);
}

async function resolveSecrets(
  resolver: SecretResolver | undefined,
  task: Task,
  name: string,
): Promise<Record<string, string>> {
  const values = definition(task, name).secrets.map(async ({ name: variable, valueFrom }) => {
    try {
      if (resolver === undefined) throw new Error("this platform has no store of secrets");
      return [variable, await resolver.secret(task.payload, valueFrom)] as const;
    } catch (cause) {
      const store = valueFrom.includes(":secretsmanager:") ? "secret from asm" : "secrets from ssm";
      throw resourceError(`unable to retrieve ${store}`, cause);
    }
  });
  return Object.fromEntries(await Promise.all(values));
}

async function createVolume({ driver }: PerformDeps, task: Task, name: string): Promise<void> {
  const volume = task.payload.volumes.find((each) => each.name === name)!;
  if (isShared(volume) && !volume.dockerVolumeConfiguration?.autoprovision) {
    const exists = (await driver.listVolumes()).some((each) => each.name === volumeName(task.id, volume));
    if (!exists) throw new DriverError("InvalidSpec", `volume ${name} not found (autoprovision is off)`);
    return;
  }
  await driver.createVolume(volumeSpec(task.id, volume));
}

async function removeVolumes(driver: RuntimeDriver, task: Task): Promise<void> {
  if (task.payload.volumes.every((volume) => volume.host?.sourcePath !== undefined)) return;
  const own = (await driver.listVolumes()).filter(({ labels }) => labels[volumeTaskLabel] === task.id);
  await Promise.all(own.map(({ name }) => driver.removeVolume(name)));
}
