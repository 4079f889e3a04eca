import { DriverError } from "#kernel/fault.ts";
import type {
  ContainerSpec,
  RunningContainer,
  RuntimeDriver,
  RuntimeInfo,
  Sandbox,
  SandboxSpec,
  SandboxStatus,
  UsageCounters,
} from "../driver.ts";
import { checkSandboxSpec, sameSpec } from "./checks.ts";
import { FakeContainer } from "./container.ts";
import { fakeExecs } from "./exec.ts";
import type { FakeHost, FakeSandbox } from "./host.ts";
import { createFakeImages } from "./images.ts";
import { readFakeLogs } from "./logs.ts";

/** The driver of a fake host, for tests and the simulation. Closing it leaves the host as it is. */
export function createFakeDriver(options: { readonly host: FakeHost }): RuntimeDriver {
  const { host } = options;
  const unwatch = new Set<() => void>();
  let closed = false;

  const call = <T>(method: string, subject: string, work: () => T | Promise<T>): Promise<T> => {
    if (closed)
      return Promise.reject(new DriverError("Unavailable", "The driver has been closed", { retryable: true }));
    return host.call(method, subject, work);
  };

  return {
    name: "fake",
    info: () => call("info", "", () => fakeInfo(host)),
    ...createFakeImages(host, call),
    ...sandboxMethods(host, call),
    ...containerMethods(host, call),
    watch(onEvent) {
      const stop = host.watch(onEvent);
      unwatch.add(stop);
      return {
        close() {
          stop();
          unwatch.delete(stop);
        },
      };
    },
    createVolume: (spec) =>
      call("createVolume", spec.name, () => {
        if (!host.volumes.has(spec.name)) host.volumes.set(spec.name, spec);
      }),
    removeVolume: (name) => call("removeVolume", name, () => void host.volumes.delete(name)),
    listVolumes: () =>
      call("listVolumes", "", () =>
        [...host.volumes.values()].map(({ name, labels }) => ({ name, labels: { ...labels } })),
      ),
    async close() {
      closed = true;
      for (const stop of unwatch) stop();
    },
  };
}

export type Call = <T>(method: string, subject: string, work: () => T | Promise<T>) => Promise<T>;

function fakeInfo(host: FakeHost): RuntimeInfo {
  return {
    name: "fake",
    version: "1",
    cpuCores: host.options.cpuCores ?? 4,
    memoryMiB: host.options.memoryMiB ?? 16_384,
    architecture: host.options.architecture ?? "x86_64",
    cgroupVersion: 2,
    rootless: false,
    local: false,
    sandboxLimits: true,
    limitations: [],
  };
}

function sandboxMethods(host: FakeHost, call: Call) {
  const create = (spec: SandboxSpec): Sandbox => {
    checkSandboxSpec(spec);
    const known = host.sandboxes.get(host.sandboxIdsByName.get(spec.name) ?? "");
    if (known !== undefined) {
      if (!sameSpec(known.spec, spec)) {
        throw new DriverError("Conflict", `Sandbox ${spec.name} exists already and is another`);
      }
      if (!known.running) Object.assign(known, { running: true, pid: host.nextPid() });
      return toSandbox(known);
    }
    const published = spec.network === "bridge" ? spec.portMappings : [];
    for (const { hostPort, protocol } of published) {
      if (!host.hasPort(hostPort, protocol)) continue;
      throw new DriverError("PortInUse", `Bind for 0.0.0.0:${hostPort} failed: port is already allocated`);
    }
    const ports = published.flatMap(({ count = 1, ...port }) => {
      const first = port.hostPort || host.nextPort(count);
      return Array.from({ length: count }, (_, i) => {
        return { ...port, containerPort: port.containerPort + i, hostPort: first + i };
      });
    });
    const made = { id: host.newId(), hostname: spec.hostname, pid: host.nextPid(), ports, spec, running: true };
    const sandbox: FakeSandbox = { ...made, containers: new Map() };
    host.sandboxes.set(sandbox.id, sandbox);
    host.sandboxIdsByName.set(spec.name, sandbox.id);
    host.emitSandbox("started", sandbox);
    return toSandbox(sandbox);
  };

  const remove = (sandboxId: string): void => {
    const sandbox = host.sandboxes.get(sandboxId);
    if (sandbox === undefined) return;
    for (const container of sandbox.containers.values()) removeFrom(host, sandbox, container);
    host.sandboxes.delete(sandboxId);
    host.sandboxIdsByName.delete(sandbox.spec.name);
    if (sandbox.running) host.emitSandbox("exited", sandbox);
    host.emitSandbox("removed", sandbox);
  };

  return {
    createSandbox: (spec: SandboxSpec) => call("createSandbox", spec.name, () => create(spec)),
    /** There is nothing to gain from preparing a fake. */
    async prepareSandboxes() {},
    stopSandbox: (sandboxId: string) =>
      call("stopSandbox", sandboxId, () => {
        const sandbox = host.sandboxes.get(sandboxId);
        if (!sandbox?.running) return;
        sandbox.running = false;
        host.emitSandbox("exited", sandbox);
      }),
    removeSandbox: (sandboxId: string) => call("removeSandbox", sandboxId, () => remove(sandboxId)),
    listSandboxes: () => call("listSandboxes", "", () => [...host.sandboxes.values()].map(toStatus)),
  };
}

function containerMethods(host: FakeHost, call: Call) {
  const find = (id: string): FakeContainer => {
    const container = host.containers.get(id);
    if (container !== undefined) return container;
    throw new DriverError("NotFound", `No such container: ${id}`);
  };

  const create = (sandboxId: string, spec: ContainerSpec): string => {
    const sandbox = host.sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new DriverError("NotFound", `No such sandbox: ${sandboxId}`);
    if (!host.images.has(spec.image)) throw new DriverError("NotFound", `No such image: ${spec.image}`);
    const known = sandbox.containers.get(spec.name);
    if (known !== undefined) {
      if (sameSpec(known.spec, spec)) return known.id;
      throw new DriverError("Conflict", `Container ${spec.name} exists already and is another`);
    }
    const image = host.images.get(spec.image)!;
    const at = {
      id: host.newId(),
      sandboxId,
      sandboxName: sandbox.spec.name,
      imageId: image.id,
      reference: host.referenceOf(image.id),
    };
    const container = new FakeContainer(host, at, spec);
    sandbox.containers.set(spec.name, container);
    host.containers.set(container.id, container);
    return container.id;
  };

  const start = (id: string): void => {
    const container = find(id);
    if (!host.sandboxes.get(container.sandboxId)?.running) {
      throw new DriverError("Failed", "cannot join network of a non running container");
    }
    const failure = container.start(host.nextPid());
    if (failure !== undefined) throw new DriverError("Failed", failure);
  };

  const remove = (id: string): void => {
    const container = host.containers.get(id);
    const sandbox = container && host.sandboxes.get(container.sandboxId);
    if (container && sandbox) removeFrom(host, sandbox, container);
  };

  return {
    createContainer: (sandboxId: string, spec: ContainerSpec) =>
      call("createContainer", spec.name, () => create(sandboxId, spec)),
    startContainer: (id: string) => call("startContainer", id, () => start(id)),
    signalContainer: (id: string, signal: string) => call("signalContainer", id, () => find(id).signal(signal)),
    removeContainer: (id: string) => call("removeContainer", id, () => remove(id)),
    inspectContainer: (id: string) => call("inspectContainer", id, () => find(id).status()),
    containerStats: (id: string) => call("containerStats", id, () => fakeStats(host, find(id))),
    readUsage: (containers) => call("readUsage", "", () => fakeUsage(host, containers)),
    readNetworks: () => call("readNetworks", "", () => undefined),
    readLogs: readFakeLogs(host, find),
    ...fakeExecs(call, find),
  } satisfies Partial<RuntimeDriver>;
}

function removeFrom(host: FakeHost, sandbox: FakeSandbox, container: FakeContainer): void {
  container.remove();
  sandbox.containers.delete(container.spec.name);
  host.containers.delete(container.id);
  host.emit("removed", container);
}

/** A hundredth of a core each, and a MiB. */
function fakeUsage(host: FakeHost, containers: readonly RunningContainer[]): Map<string, UsageCounters> {
  const now = host.clock.now();
  return new Map(
    containers.flatMap(({ id }) => {
      const { state, startedAt = now } = host.containers.get(id)?.status() ?? {};
      if (state !== "running") return [];
      const cpuNanos = (now - startedAt) * 10_000;
      return [[id, { at: now, cpuNanos, memoryBytes: 1024 * 1024, readBytes: 0, writeBytes: 0 }]];
    }),
  );
}

function fakeStats(host: FakeHost, container: FakeContainer): Record<string, unknown> {
  const { startedAt, state } = container.status();
  const ranMs = state === "running" ? host.clock.now() - (startedAt ?? 0) : 0;
  return {
    read: new Date(host.clock.now()).toISOString(),
    id: container.id,
    name: `/${container.spec.name}`,
    cpu_stats: { cpu_usage: { total_usage: ranMs * 1000 }, online_cpus: host.options.cpuCores ?? 4 },
    memory_stats: { usage: 1024 * 1024, limit: (container.spec.memoryMiB ?? 1024) * 1024 * 1024 },
  };
}

function toSandbox({ id, hostname, pid, ports, spec, running }: FakeSandbox): Sandbox {
  const isOnBridge = running && spec.network === "bridge";
  const address = isOnBridge ? { address: `172.17.${(pid >> 8) & 255}.${pid & 255}` } : {};
  return { id, hostname, pid, ...address, ports: running ? ports : [] };
}

function toStatus(sandbox: FakeSandbox): SandboxStatus {
  const containers = [...sandbox.containers.values()].map((container) => container.status());
  return { ...toSandbox(sandbox), name: sandbox.spec.name, running: sandbox.running, containers };
}
