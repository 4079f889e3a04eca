import type { ContainerPayload } from "#kernel/agent-protocol.ts";
import { isConnected, planAttach } from "./attach.ts";
import { readinessOf } from "./dependencies.ts";
import { isUnderway, phaseOf } from "./phase.ts";
import type { Planner } from "./planner.ts";
import { hasLogs, type LiveSandbox, memoryOf, type Task } from "./state.ts";
import { planStray } from "./stop.ts";

/** What brings a task up: images, sandbox, volumes and interface side by side, then containers in their order. */
export function planStart(task: Task, planner: Planner, now: number): void {
  for (const container of task.payload.containers) {
    if (memoryOf(task, container.name).image === undefined && phaseOf(task, container.name) === "waiting") {
      planner.want({ type: "pull", container: container.name });
    }
  }
  const sandbox = planSandbox(task, planner);
  for (const container of task.payload.containers) {
    if (phaseOf(task, container.name) === "ended") planStray(task, container, planner, now);
    if (phaseOf(task, container.name) === "ended" || phaseOf(task, container.name) === "running") continue;
    planContainer(task, container, sandbox, planner, now);
  }
}

/** The sandbox, once it is up, with all that belongs to the task and not to one container. */
function planSandbox(task: Task, planner: Planner): LiveSandbox | undefined {
  for (const volume of task.payload.volumes) {
    if (isEngineVolume(volume) && !task.live.volumes.includes(volume.name) && isAwaited(task, volume.name)) {
      planner.want({ type: "createVolume", volume: volume.name });
    }
  }
  const { sandbox } = task.live;
  if (isUnderway(task, "removeSandbox")) return undefined;
  if (sandbox === undefined) {
    planner.want({ type: "createSandbox" });
    return undefined;
  }
  if (!sandbox.running) {
    // Half made, or ended with the engine before anything ran in it. A container that is being made would stay behind.
    const busy = task.live.underway.find((key) => /^(create|start)Container /.test(key));
    if (busy !== undefined) planner.waitFor(`${busy} is under way`);
    else planner.want({ type: "removeSandbox", sandboxId: sandbox.id });
    return undefined;
  }
  planAttach(task, sandbox, planner);
  return sandbox;
}

/** A container that has been made has its volumes; after a restart of the agent they are left alone. */
function isAwaited(task: Task, volume: string): boolean {
  return task.payload.containers.some(
    ({ name, mountPoints }) =>
      phaseOf(task, name) === "waiting" && mountPoints.some((mount) => mount.sourceVolume === volume),
  );
}

function isEngineVolume(volume: Task["payload"]["volumes"][number]): boolean {
  return volume.host?.sourcePath === undefined;
}

function planContainer(
  task: Task,
  container: ContainerPayload,
  sandbox: LiveSandbox | undefined,
  planner: Planner,
  now: number,
): void {
  const { name } = container;
  const logsReady = !hasLogs(task, name) || task.live.logsReady.includes(name);
  if (!logsReady) planner.want({ type: "prepareLogs", container: name });
  const readiness = readinessOf(task, name, now);
  if (readiness.is === "waiting") {
    planner.waitFor(readiness.waitingFor);
    if (readiness.until !== undefined) planner.wakeAt(readiness.until);
    return;
  }
  if (sandbox === undefined) return;
  const { runtimeId, image } = memoryOf(task, name);
  if (runtimeId === undefined) {
    if (image === undefined || !volumesReady(task, container) || !networkKnown(task)) return;
    planner.want({ type: "createContainer", container: name, sandbox });
    return;
  }
  if (isConnected(task) && logsReady) planner.want({ type: "startContainer", container: name, runtimeId });
}

/** The container's resolv.conf names the resolver of the VPC. */
function networkKnown({ payload, live }: Task): boolean {
  return payload.networkInterface === undefined || live.networkReady || live.attached;
}

function volumesReady(task: Task, container: ContainerPayload): boolean {
  const engineVolumes = task.payload.volumes.filter(isEngineVolume).map(({ name }) => name);
  const made = container.mountPoints.every(
    ({ sourceVolume }) => !engineVolumes.includes(sourceVolume) || task.live.volumes.includes(sourceVolume),
  );
  const sources = container.volumesFrom.every(
    ({ sourceContainer }) => task.memory.containers[sourceContainer]?.runtimeId !== undefined,
  );
  return made && sources;
}
