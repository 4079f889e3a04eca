import { createHash } from "node:crypto";
import type { ContainerSpec, VolumeSpec } from "#host/runtime/driver.ts";
import type { ContainerPayload, TaskPayload, VolumePayload } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { volumeTaskLabel } from "./labels.ts";

/** Paths of the generated files of one container; those absent are left to the engine. */
export interface ContainerFiles {
  readonly hosts?: string;
  readonly resolvConf?: string;
}

export function mountsOf(
  id: string,
  payload: TaskPayload,
  container: ContainerPayload,
  files: ContainerFiles,
): ContainerSpec["mounts"] {
  const generated = [
    { source: files.hosts, target: "/etc/hosts" },
    { source: files.resolvConf, target: "/etc/resolv.conf" },
  ].flatMap(({ source, target }) =>
    source === undefined ? [] : [{ type: "bind" as const, source, target, readOnly: false }],
  );
  const own = container.mountPoints.map(({ sourceVolume, containerPath, readOnly }) => {
    const volume = payload.volumes.find(({ name }) => name === sourceVolume);
    if (volume === undefined) {
      throw new DriverError("InvalidSpec", `Unknown volume '${sourceVolume}' in the container's mount points`);
    }
    const path = volume.host?.sourcePath;
    return {
      type: path === undefined ? ("volume" as const) : ("bind" as const),
      source: path ?? volumeName(id, volume),
      target: containerPath,
      readOnly: readOnly ?? false,
    };
  });
  const taken = new Set(own.map(({ target }) => target));
  return [...generated.filter(({ target }) => !taken.has(target)), ...own];
}

export function isShared(volume: VolumePayload): boolean {
  return volume.dockerVolumeConfiguration?.scope === "shared";
}

/** The engine keeps a volume in a folder of its name. */
const longestVolumeName = 255;

/** A shared volume is known by its name on the host; one of a task is the task's alone. */
export function volumeName(id: string, volume: VolumePayload): string {
  if (isShared(volume)) return volume.name;
  const name = `estiva-${id}-${volume.name}`;
  if (name.length <= longestVolumeName) return name;
  const digest = createHash("sha256").update(name).digest("hex");
  return `${name.slice(0, longestVolumeName - digest.length)}${digest}`;
}

export function volumeSpec(id: string, volume: VolumePayload): VolumeSpec {
  const { driver, driverOpts, labels } = volume.dockerVolumeConfiguration ?? {};
  return {
    name: volumeName(id, volume),
    ...(driver === undefined ? {} : { driver }),
    ...(driverOpts === undefined ? {} : { driverOptions: driverOpts }),
    labels: { ...labels, ...(isShared(volume) ? {} : { [volumeTaskLabel]: id }) },
  };
}
