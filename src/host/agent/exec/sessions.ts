import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { ExecMessage } from "#kernel/data-channel.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Task, taskIdOf } from "../step/state.ts";
import { ExecSession, type ExecSessionDeps } from "./session.ts";

export interface ExecSessionsDeps extends ExecSessionDeps {
  readonly driver: Pick<RuntimeDriver, "exec" | "endLostExecs">;
  readonly findTask: (taskId: string) => Task | undefined;
}

/** The exec sessions in the host's containers. */
export class ExecSessions {
  readonly #deps: ExecSessionsDeps;
  readonly #running = new Map<string, { readonly session: ExecSession; readonly over: Promise<void> }>();
  /** Containers in which an earlier run of the agent may have left commands; undefined before the first listing. */
  #unswept: Set<string> | undefined;
  /** What came before the first listing: whether containers run is not known yet. */
  readonly #early = new Map<string, ExecMessage>();
  #stopped = false;

  constructor(deps: ExecSessionsDeps) {
    this.#deps = deps;
  }

  /** A message may come twice: a session is opened once. */
  start(message: ExecMessage): void {
    const { sessionId, taskArn, containerName } = message;
    if (this.#running.has(sessionId) || this.#stopped) return;
    if (this.#unswept === undefined) {
      this.#early.set(sessionId, message);
      return;
    }
    const task = this.#deps.findTask(taskIdOf(taskArn));
    const session = new ExecSession(message, task && runningId(task, containerName), this.#deps);
    const over = session.run().then(() => void this.#running.delete(sessionId));
    this.#running.set(sessionId, { session, over });
  }

  /** Ends the sessions in containers of the task that do not run any more. */
  taskChanged(task: Task): void {
    for (const { session } of this.#running.values()) {
      const { taskArn, containerName } = session.message;
      if (taskArn !== task.payload.taskArn || session.runtimeId === undefined) continue;
      if (runningId(task, containerName) !== session.runtimeId) session.end("The container has stopped.");
    }
  }

  /** The containers that were found running: what earlier runs of the agent have left in them is ended, once. */
  found(runtimeIds: readonly string[]): void {
    this.#unswept ??= new Set(runtimeIds);
    for (const runtimeId of this.#unswept) void this.#sweep(runtimeId, this.#unswept);
    for (const message of this.#early.values()) this.start(message);
    this.#early.clear();
  }

  /** Ends all. Resolves when nothing of them is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = [...this.#running.values()];
    for (const { session } of running) session.end("The agent is stopping.");
    await Promise.all(running.map(({ over }) => over));
  }

  async #sweep(runtimeId: string, unswept: Set<string>): Promise<void> {
    unswept.delete(runtimeId);
    try {
      await this.#deps.driver.endLostExecs(runtimeId);
    } catch (error) {
      if (error instanceof DriverError && error.reason === "NotFound") return;
      unswept.add(runtimeId); // for the next listing
      this.#deps.log.warn("Commands of lost exec sessions could not be ended", { runtimeId, error });
    }
  }
}

/** The runtime's id of the container while it runs, if commands may be run in it. */
function runningId(task: Task, containerName: string): string | undefined {
  const sighting = task.live.sightings[containerName];
  return task.payload.enableExecuteCommand && sighting?.state === "running" ? sighting.id : undefined;
}
