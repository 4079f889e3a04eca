import type { ContainerSpec, SandboxSpec } from "../driver.ts";
import { label } from "./names.ts";
import { pauseImageReference } from "./pause-image.ts";

/** What a request for a new container needs to know beside the specification. */
export interface Placement {
  readonly owner: string;
  readonly sandboxName: string;
  readonly sandboxId: string;
  /** The control group of the sandbox, or undefined where there is none. */
  readonly cgroup: string | undefined;
  /** The engine's cores: a limit above them is refused by the engine. */
  readonly cpuCores: number;
}

const MiB = 1024 * 1024;
/**
 * The engine drops a container's oldest output beyond 3 files of 512 MiB, so that a container that writes without
 * pause cannot fill the disk; readers that keep up lose nothing.
 */
const keptLogs = { Type: "json-file", Config: { "max-size": "512m", "max-file": "3" } };
const noLogs = { Type: "none", Config: {} };

/** The body of `POST /containers/create` for a container in a sandbox. */
export function containerConfig(spec: ContainerSpec, at: Placement): Record<string, unknown> {
  const sandbox = `container:${at.sandboxId}`;
  return {
    Image: spec.image,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    Env: spec.environment,
    WorkingDir: spec.workingDirectory,
    User: spec.user,
    Tty: spec.tty,
    OpenStdin: spec.interactive,
    StopSignal: spec.stopSignal,
    Labels: {
      ...spec.labels,
      [label.owner]: at.owner,
      [label.role]: "container",
      [label.sandboxName]: at.sandboxName,
      [label.sandboxId]: at.sandboxId,
      [label.containerName]: spec.name,
      ...(at.cgroup === undefined ? {} : { [label.cgroup]: at.cgroup }),
    },
    Healthcheck: spec.healthCheck && {
      Test: spec.healthCheck.command,
      Interval: nanoseconds(spec.healthCheck.intervalSeconds),
      Timeout: nanoseconds(spec.healthCheck.timeoutSeconds),
      Retries: spec.healthCheck.retries,
      StartPeriod: nanoseconds(spec.healthCheck.startPeriodSeconds),
    },
    HostConfig: {
      NetworkMode: spec.disableNetworking ? "none" : sandbox,
      PidMode: { private: "", sandbox, host: "host" }[spec.pidMode],
      IpcMode: { private: "private", sandbox, host: "host", none: "none" }[spec.ipcMode],
      CgroupParent: at.cgroup,
      LogConfig: spec.keepLogs ? keptLogs : noLogs,
      RestartPolicy: { Name: spec.restart ?? "no" },
      ...securityConfig(spec),
      ...resourceConfig(spec, at.cpuCores),
      ...mountConfig(spec),
    },
  };
}

function securityConfig(spec: ContainerSpec): Record<string, unknown> {
  return {
    Init: spec.init,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readonlyRootfs,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOptions,
    Sysctls: spec.sysctls,
    Devices: spec.devices.map((device) => ({
      PathOnHost: device.hostPath,
      PathInContainer: device.containerPath,
      CgroupPermissions: device.permissions,
    })),
  };
}

function resourceConfig(spec: ContainerSpec, cpuCores: number): Record<string, unknown> {
  const memory = spec.memoryMiB === undefined ? undefined : spec.memoryMiB * MiB;
  const swap = memory === undefined || spec.swapMiB === undefined ? undefined : memory + spec.swapMiB * MiB;
  return {
    CpuShares: spec.cpuShares === undefined ? undefined : Math.max(2, spec.cpuShares), // the kernel's least
    NanoCpus: spec.cpuUnits === undefined ? undefined : nanoCpus(spec.cpuUnits, cpuCores),
    Memory: memory,
    MemorySwap: swap, // memory and swap together
    MemoryReservation: spec.memoryReservationMiB === undefined ? undefined : spec.memoryReservationMiB * MiB,
    MemorySwappiness: spec.swappiness,
    ShmSize: spec.shmSizeMiB === undefined ? undefined : spec.shmSizeMiB * MiB,
    Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
  };
}

/** Between a hundredth of a core, the least that the kernel takes, and all the cores that there are. */
function nanoCpus(cpuUnits: number, cpuCores: number): number {
  return Math.round(Math.min(cpuCores, Math.max(0.01, cpuUnits / 1024)) * 1e9);
}

/**
 * Paths of the host are given as `Binds`, which make a missing folder as ECS documents it for `host.sourcePath`; those
 * that its notation cannot express (with a colon) as `Mounts`, which want the path to exist.
 */
function mountConfig(spec: ContainerSpec): Record<string, unknown> {
  const asBind = (mount: ContainerSpec["mounts"][number]) =>
    mount.type === "bind" && !mount.source.includes(":") && !mount.target.includes(":");
  return {
    Binds: spec.mounts
      .filter(asBind)
      .map(({ source, target, readOnly }) => `${source}:${target}:${readOnly ? "ro" : "rw"}`),
    Mounts: spec.mounts
      .filter((mount) => !asBind(mount))
      .map(({ type, source, target, readOnly }) => ({
        Type: type,
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
    Tmpfs: Object.fromEntries(spec.tmpfs.map(({ path, options }) => [path, options])),
    VolumesFrom: spec.volumesFrom.map(({ containerId, readOnly }) => `${containerId}:${readOnly ? "ro" : "rw"}`),
  };
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9);
}

/** The body of `POST /containers/create` for a sandbox's pause container. */
export function pauseConfig(
  spec: Omit<SandboxSpec, "name" | "resources">,
  extra: {
    readonly labels: Readonly<Record<string, string>>;
    readonly cgroup: string | undefined;
  },
): Record<string, unknown> {
  const published = spec.network === "bridge" ? spec.portMappings : [];
  const key = (port: { containerPort: number; protocol: string }) => `${port.containerPort}/${port.protocol}`;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of published) {
    bindings[key(port)] ??= [];
    bindings[key(port)]!.push({ HostIp: port.hostIp, HostPort: port.hostPort === 0 ? "" : String(port.hostPort) });
  }
  return {
    Image: pauseImageReference,
    Hostname: spec.network === "host" ? undefined : spec.hostname,
    Labels: extra.labels,
    ExposedPorts: Object.fromEntries(published.map((port) => [key(port), {}])),
    HostConfig: {
      NetworkMode: { isolated: "none", none: "none", bridge: "bridge", host: "host" }[spec.network],
      PortBindings: bindings,
      IpcMode: spec.shareIpc ? "shareable" : "private",
      Sysctls: spec.sysctls,
      CgroupParent: extra.cgroup,
      LogConfig: noLogs,
      RestartPolicy: { Name: "no" },
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
    },
  };
}
