import { PassThrough } from "node:stream";
import { DriverError } from "#kernel/fault.ts";
import type { ExecProcess, ExecSpec } from "../driver.ts";
import type { FakeContainer } from "./container.ts";
import type { Call } from "./driver.ts";

/**
 * A process in a fake container: it writes its command and then what it is sent. It ends when its input does, with the
 * number behind `exit` in its command or 0; at once when the command has `now`; and with its container. It lives on the
 * host: the agent may come and go.
 */
export class FakeExec {
  readonly spec: ExecSpec;
  /** Of its terminal, as told last. */
  size: ExecSpec["size"];
  readonly #pipe = new PassThrough();
  readonly #exited = Promise.withResolvers<number>();
  readonly #onEnd: (exec: FakeExec) => void;

  constructor(spec: ExecSpec, onEnd: (exec: FakeExec) => void) {
    this.spec = spec;
    this.size = spec.size;
    this.#onEnd = onEnd;
    const text = spec.command.join(" ");
    this.#pipe.write(`${text}\n`);
    const code = Number(/exit (\d+)/.exec(text)?.[1] ?? 0);
    this.#pipe.once("finish", () => this.end(code));
    if (spec.command.includes("now")) this.#pipe.end();
  }

  /** Writes something of its own. */
  write(data: Uint8Array | string): boolean {
    return this.#pipe.write(data);
  }

  end(code: number): void {
    this.#onEnd(this);
    this.#pipe.end();
    this.#exited.resolve(code);
  }

  process(): ExecProcess {
    const pipe = this.#pipe;
    return {
      output: pipe.map((data: Uint8Array) => ({ stream: "stdout" as const, data })),
      write: (data) => new Promise((resolve) => pipe.write(data, () => resolve())),
      closeInput: () => pipe.end(),
      resize: async (columns, rows) => {
        this.size = { columns, rows };
      },
      exited: this.#exited.promise,
      kill: async () => this.end(129),
    };
  }
}

export function fakeExecs(call: Call, find: (id: string) => FakeContainer) {
  /** What this driver itself is connected to. */
  const live = new Set<FakeExec>();
  return {
    exec: (containerId: string, spec: ExecSpec): Promise<ExecProcess> =>
      call("exec", containerId, () => {
        const container = find(containerId);
        if (container.state !== "running") {
          throw new DriverError("Conflict", `Container ${containerId} is not running`);
        }
        const exec = new FakeExec(spec, (ended) => {
          container.execs.delete(ended);
          live.delete(ended);
        });
        // One that has ended at once is none any more.
        if (!spec.command.includes("now")) container.execs.add(exec);
        live.add(exec);
        return exec.process();
      }),
    endLostExecs: (containerId: string): Promise<void> =>
      call("endLostExecs", containerId, () => {
        for (const exec of find(containerId).execs) if (!live.has(exec)) exec.end(129);
      }),
  };
}
