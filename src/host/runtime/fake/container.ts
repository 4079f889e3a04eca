import type { Clock, Timer } from "#kernel/clock.ts";
import type { ContainerSpec, ContainerStatus, LogRecord, RuntimeEvent } from "../driver.ts";
import { type Behaviour, parseBehaviour } from "./behaviour.ts";
import type { FakeExec } from "./exec.ts";

type ContainerEventType = Exclude<RuntimeEvent["type"], "resync" | "unavailable">;

/** What a fake container needs of its host. */
export interface FakeContainerHost {
  readonly clock: Clock;
  emit(type: ContainerEventType, container: FakeContainer): void;
}

/** How soon engines start a container again that ended by itself and is to run always. */
const restartMs = 100;

/** A container that does what its image's name says. It lives on the host: the agent may come and go. */
export class FakeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly sandboxName: string;
  readonly imageId: string;
  readonly spec: ContainerSpec;
  readonly behaviour: Behaviour;
  /** Processes that were started in it beside its own, until they end. */
  readonly execs = new Set<FakeExec>();
  /** What it has written, in order. */
  readonly output: LogRecord[] = [];
  readonly #host: FakeContainerHost;
  readonly #timers: Timer[] = [];
  readonly #readers = new Set<() => void>();
  #state: ContainerStatus["state"] = "created";
  #exitCode: number | undefined;
  #oomKilled = false;
  #error = "";
  #startedAt: number | undefined;
  #finishedAt: number | undefined;
  #health: ContainerStatus["health"] = "none";
  #pid = 0;

  constructor(
    host: FakeContainerHost,
    at: {
      readonly id: string;
      readonly sandboxId: string;
      readonly sandboxName: string;
      readonly imageId: string;
      /** The image's name. */
      readonly reference: string;
    },
    spec: ContainerSpec,
  ) {
    this.#host = host;
    this.id = at.id;
    this.sandboxId = at.sandboxId;
    this.sandboxName = at.sandboxName;
    this.imageId = at.imageId;
    this.spec = spec;
    this.behaviour = parseBehaviour(at.reference);
  }

  get state(): ContainerStatus["state"] {
    return this.#state;
  }

  status(): ContainerStatus {
    return {
      id: this.id,
      name: this.spec.name,
      sandboxId: this.sandboxId,
      labels: this.spec.labels,
      imageId: this.imageId,
      state: this.#state,
      exitCode: this.#exitCode,
      oomKilled: this.#oomKilled,
      error: this.#error,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      health: this.#health,
      pid: this.#pid,
    };
  }

  /** Starts it again when it has ended, as engines do. Returns the engine's words when it cannot start. */
  start(pid: number): string | undefined {
    if (this.#state === "running") return undefined;
    if (this.behaviour.startFailure) {
      this.#error = `OCI runtime create failed: exec: "${this.spec.command?.[0] ?? "fake"}": executable file not found`;
      return this.#error;
    }
    const { exitAfterMs, exitCode, oom, health, lines } = this.behaviour;
    this.#state = "running";
    this.#exitCode = undefined;
    this.#finishedAt = undefined;
    this.#startedAt = this.#host.clock.now();
    this.#pid = pid;
    this.#health = health !== undefined || this.spec.healthCheck !== undefined ? "starting" : "none";
    this.#host.emit("started", this);
    for (let i = 0; i < lines; i++) this.write(`line ${i}`);
    if (health !== undefined) this.#after(health.afterMs, () => this.setHealth(health.status));
    if (exitAfterMs !== undefined) {
      this.#after(exitAfterMs, () => {
        this.exit(exitCode, { oom });
        if (this.spec.restart !== undefined) this.#after(restartMs, () => void this.start(pid));
      });
    }
    return undefined;
  }

  signal(name: string): void {
    if (this.#state !== "running") return;
    const { stopMs, stopCode } = this.behaviour;
    if (name === "SIGKILL" || name === "KILL" || name === "9") this.exit(137);
    else if (stopMs === 0) this.exit(stopCode);
    else if (stopMs !== undefined) this.#after(stopMs, () => this.exit(stopCode));
  }

  /** Ends it now. */
  exit(code: number, options: { readonly oom?: boolean } = {}): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    if (this.#state !== "running") return;
    this.#state = "exited";
    this.#exitCode = code;
    this.#finishedAt = this.#host.clock.now();
    this.#pid = 0;
    this.#oomKilled = options.oom ?? false;
    if (this.#oomKilled) this.#host.emit("oom", this);
    for (const exec of this.execs) exec.end(137);
    this.#host.emit("exited", this);
    this.#wakeReaders();
  }

  setHealth(health: ContainerStatus["health"]): void {
    if (this.#state !== "running" || this.#health === health) return;
    this.#health = health;
    this.#host.emit("health", this);
  }

  write(line: string, stream: "stdout" | "stderr" = "stdout"): void {
    if (!this.spec.keepLogs) return;
    const timeNanos = String(BigInt(Math.round(this.#host.clock.now())) * 1_000_000n);
    this.output.push({ timeNanos, stream, message: Buffer.from(line), partial: false });
    this.#wakeReaders();
  }

  /** Calls once at the next output or end. */
  onChange(callback: () => void): () => void {
    this.#readers.add(callback);
    return () => this.#readers.delete(callback);
  }

  /** It ends, and whoever reads its output is told that there will be no more. */
  remove(): void {
    this.exit(137);
    this.#state = "exited";
    this.#wakeReaders();
  }

  #after(delayMs: number, action: () => void): void {
    this.#timers.push(this.#host.clock.after(delayMs, action));
  }

  #wakeReaders(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const reader of readers) reader();
  }
}
