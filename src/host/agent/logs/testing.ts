import type { ContainerStatus, LogRecord, ReadLogsOptions, RuntimeDriver } from "#host/runtime/driver.ts";
import { createLogSequence } from "#host/runtime/log-records.ts";
import { DriverError } from "#kernel/fault.ts";

/** A container whose output a test writes. */
export class FakeContainer implements Pick<RuntimeDriver, "readLogs" | "inspectContainer"> {
  readonly records: LogRecord[] = [];
  running = true;
  /** Of its last start. */
  startedAt = 0;
  /** How many records one reading may give before the connection breaks. */
  breaksAfter = Number.POSITIVE_INFINITY;
  /** Records given out so far, over all readings. */
  given = 0;
  readonly #chunk: number;
  #changed = Promise.withResolvers<void>();

  constructor(chunk = 3) {
    this.#chunk = chunk;
  }

  /** Writes lines, each at its own millisecond unless `ms` says. */
  write(lines: readonly string[], ms = 1_000_000 + this.records.length): void {
    for (const line of lines) {
      const timeNanos = `${BigInt(ms) * 1_000_000n}`;
      this.records.push({ timeNanos, stream: "stdout", message: Buffer.from(line), partial: false });
    }
    this.#tell();
  }

  end(): void {
    this.running = false;
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async *readLogs(_id: string, { since, follow, signal }: ReadLogsOptions): AsyncGenerator<readonly LogRecord[]> {
    const sequence = createLogSequence(since);
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    for (let [at, left] = [0, this.breaksAfter]; !signal.aborted; ) {
      const changed = this.#changed.promise;
      const taken = this.records.slice(at, at + this.#chunk);
      at += taken.length;
      const fresh = taken.map(sequence).filter((record) => record !== undefined);
      left -= fresh.length;
      if (left < 0) throw new DriverError("Unavailable", "connection lost", { retryable: true });
      this.given += fresh.length;
      if (fresh.length > 0) yield fresh;
      if (at < this.records.length) continue;
      if (!follow || !this.running) return;
      await Promise.race([changed, aborted]);
    }
  }

  async inspectContainer(id: string): Promise<ContainerStatus> {
    return {
      ...{ id, name: id, sandboxId: "s", labels: {}, imageId: "i", state: this.running ? "running" : "exited" },
      ...{
        exitCode: 0,
        oomKilled: false,
        error: "",
        startedAt: this.startedAt,
        finishedAt: undefined,
        health: "none",
        pid: 1,
      },
    };
  }
}
