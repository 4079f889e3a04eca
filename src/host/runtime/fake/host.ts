import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { hex, type Random } from "#kernel/random.ts";
import type { ImageInfo, RuntimeEvent, Sandbox, SandboxSpec, VolumeSpec } from "../driver.ts";
import type { FakeContainer } from "./container.ts";

export interface FakeHostOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** 4 by default. */
  readonly cpuCores?: number;
  /** 16384 by default. */
  readonly memoryMiB?: number;
  readonly architecture?: "x86_64" | "arm64";
  /** Asked before every call of a driver; see `InjectedFault`. */
  readonly inject?: (call: DriverCall) => InjectedFault | undefined;
  /** The longest time that an ordinary call takes; each takes a random part of it. 20 ms by default; 0: no time. */
  readonly latencyMs?: number;
}

export interface DriverCall {
  /** The port's method: `startContainer`. */
  readonly method: string;
  /** What it is about: a reference, name or id. */
  readonly subject: string;
}

/** A call may be late, fail before it does anything, or do its work and lose the answer. */
export interface InjectedFault {
  readonly delayMs?: number;
  readonly error?: DriverError;
  /** `before` by default. */
  readonly fail?: "before" | "after";
}

export interface FakeSandbox extends Sandbox {
  readonly spec: SandboxSpec;
  running: boolean;
  readonly containers: Map<string, FakeContainer>;
}

/** Of its ephemeral ports. */
const [firstPort, lastPort] = [32_768, 60_999];

/**
 * A host of the simulation: what is on it survives the agent and its driver, as on a real one. Its containers live by
 * the clock alone. Tests may look into it and make things happen.
 */
export class FakeHost {
  readonly options: FakeHostOptions;
  readonly clock: Clock;
  readonly images = new Map<string, ImageInfo>();
  readonly sandboxes = new Map<string, FakeSandbox>();
  readonly sandboxIdsByName = new Map<string, string>();
  readonly containers = new Map<string, FakeContainer>();
  readonly volumes = new Map<string, VolumeSpec>();
  /** How often each method was called. */
  readonly calls = new Map<string, number>();
  readonly #watchers = new Set<(event: RuntimeEvent) => void>();
  #down: string | undefined;
  #nextPid = 1000;
  #nextPort = firstPort;

  constructor(options: FakeHostOptions) {
    this.options = options;
    this.clock = options.clock;
  }

  /** The engine stops answering, until `engineUp`. */
  engineDown(cause: string): void {
    this.#down = cause;
    this.#tell({ type: "unavailable", cause });
  }

  /** The engine answers again. Unless it kept the containers, all have been killed, the sandboxes too. */
  engineUp(options: { readonly containersSurvived: boolean }): void {
    this.#down = undefined;
    if (!options.containersSurvived) {
      for (const container of this.containers.values()) container.exit(137);
      for (const sandbox of this.sandboxes.values()) sandbox.running = false;
    }
    this.#tell({ type: "resync" });
  }

  /** The name of an image, which says what its containers do, also where one is made by the image's id. */
  referenceOf(imageId: string): string {
    for (const [reference, { id }] of this.images) if (id === imageId && reference !== id) return reference;
    return imageId;
  }

  /** The running container with this name in a sandbox. */
  container(sandboxName: string, name: string): FakeContainer | undefined {
    return this.sandboxes.get(this.sandboxIdsByName.get(sandboxName) ?? "")?.containers.get(name);
  }

  // What the driver uses.

  /** Runs one call: counts it, makes it take its time, and fails it when told to. */
  async call<T>(method: string, subject: string, work: () => T | Promise<T>, takesMs = 0): Promise<T> {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const fault = this.options.inject?.({ method, subject });
    const latencyMs = (this.options.latencyMs ?? 20) * this.options.random.float();
    const totalMs = takesMs + latencyMs + (fault?.delayMs ?? 0);
    if (totalMs > 0) await new Promise<void>((resolve) => this.clock.after(totalMs, resolve));
    this.#checkUp();
    if (fault?.error && fault.fail !== "after") throw fault.error;
    const result = await work();
    if (fault?.error) throw fault.error;
    return result;
  }

  nextPid(): number {
    return this.#nextPid++;
  }

  /** Whether a running sandbox has the port of the host. */
  hasPort(port: number, protocol: "tcp" | "udp"): boolean {
    return this.#ports().some((each) => each.hostPort === port && each.protocol === protocol);
  }

  #ports() {
    return [...this.sandboxes.values()].filter(({ running }) => running).flatMap(({ ports }) => ports);
  }

  /** The first of so many ports in a row that no running sandbox has. */
  nextPort(count: number): number {
    const used = new Set(this.#ports().map(({ hostPort }) => hostPort));
    const from = this.#nextPort + count > lastPort + 1 ? firstPort : this.#nextPort;
    let first = from;
    for (let port = from; port < first + count; port++) if (used.has(port)) first = port + 1;
    this.#nextPort = first + count;
    if (this.#nextPort <= lastPort + 1) return first;
    if (from > firstPort) {
      this.#nextPort = firstPort;
      return this.nextPort(count);
    }
    throw new DriverError("PortsUnavailable", `${count} contiguous host ports are unavailable`);
  }

  newId(): string {
    return hex(this.options.random, 64);
  }

  emit(type: "started" | "exited" | "health" | "removed" | "oom", container: FakeContainer): void {
    const { id, sandboxName } = container;
    this.#tell({ type, containerId: id, labels: container.spec.labels, sandboxName });
  }

  /** Tells of a sandbox's pause process. */
  emitSandbox(type: "started" | "exited" | "removed", sandbox: FakeSandbox): void {
    this.#tell({ type, containerId: sandbox.id, labels: {}, sandboxName: sandbox.spec.name });
  }

  /** Engines tell of the past: events come after the call that caused them has gone on. */
  watch(onEvent: (event: RuntimeEvent) => void): () => void {
    this.#watchers.add(onEvent);
    const cause = this.#down;
    this.#deliver(onEvent, cause === undefined ? { type: "resync" } : { type: "unavailable", cause });
    return () => this.#watchers.delete(onEvent);
  }

  #tell(event: RuntimeEvent): void {
    if (this.#down !== undefined && event.type !== "unavailable") return;
    for (const watcher of this.#watchers) this.#deliver(watcher, event);
  }

  #deliver(watcher: (event: RuntimeEvent) => void, event: RuntimeEvent): void {
    queueMicrotask(() => {
      if (this.#watchers.has(watcher)) watcher(event);
    });
  }

  #checkUp(): void {
    if (this.#down === undefined) return;
    throw new DriverError("Unavailable", `The container engine does not answer: ${this.#down}`, { retryable: true });
  }
}

export function createFakeHost(options: FakeHostOptions): FakeHost {
  return new FakeHost(options);
}
