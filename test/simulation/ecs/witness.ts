import assert from "node:assert/strict";
import type { FakeContainer } from "#host/runtime/fake/container.ts";
import type { DriverCall, FakeHost } from "#host/runtime/fake/host.ts";
import type { TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "./ledger.ts";

/** What became of one container of a task on its host. */
export interface ContainerTruth {
  /** Ids in the runtime; more than one would be two containers. */
  readonly ids: Set<string>;
  /** Times of its starts. */
  readonly starts: number[];
  readonly exits: { readonly at: number; readonly code: number; readonly oom: boolean }[];
}

/**
 * Sees everything that happens to the containers of a host, whether an agent lives or not, and objects when a container
 * is started again or when an agent lays hands on a task that runs and is wanted.
 */
export class Witness {
  /** Task id -> container name -> what became of it. */
  readonly tasks = new Map<string, Map<string, ContainerTruth>>();
  readonly #ledger: Ledger;
  readonly #object: (violation: unknown) => void;
  #host: FakeHost | undefined;

  constructor(ledger: Ledger, object: (violation: unknown) => void) {
    this.#ledger = ledger;
    this.#object = object;
  }

  /** To be called before anything happens on the host. */
  watch(host: FakeHost): void {
    this.#host = host;
    const emit = host.emit.bind(host);
    host.emit = (type, container) => {
      if (type === "started" || type === "exited") this.#note(type, container);
      emit(type, container);
    };
  }

  truth(taskId: string, container: string): ContainerTruth | undefined {
    return this.tasks.get(taskId)?.get(container);
  }

  /** A call that would end or cut off a task that runs and is wanted is a violation. */
  checkCall({ method, subject }: DriverCall): void {
    const host = this.#host!;
    if (method === "removeSandbox" || method === "stopSandbox") {
      const sandbox = host.sandboxes.get(subject);
      const lives = [...(sandbox?.containers.values() ?? [])].some(({ state }) => state === "running");
      if (sandbox !== undefined && lives) this.checkTouch(sandbox.spec.name, method);
    } else if (method === "signalContainer" || method === "removeContainer") {
      const container = host.containers.get(subject);
      if (container?.state !== "running") return;
      const { sandboxName, spec } = container;
      const record = this.#ledger.task(sandboxName)?.containers.find(({ name }) => name === spec.name);
      // One that was given up, and runs nevertheless, may be ended.
      if (record?.essential || record?.lastStatus === "RUNNING") this.checkTouch(sandboxName, method);
    }
  }

  checkTouch(taskId: string, what: string): void {
    const task = this.#ledger.task(taskId);
    this.#check(() => {
      assert.ok(task, `${what} for ${taskId}, of which there is no record`);
      assert.ok(!this.#runsAndIsWanted(task), `${what} for ${taskId}, which runs and is wanted`);
    });
  }

  #runsAndIsWanted(task: TaskRecord): boolean {
    if (task.desiredStatus === "STOPPED" || !["ACTIVATING", "RUNNING"].includes(task.lastStatus)) return false;
    const host = this.#host!;
    const sandbox = host.sandboxes.get(host.sandboxIdsByName.get(task.id) ?? "");
    if (!sandbox?.running) return false;
    const essential = task.containers.filter((container) => container.essential);
    return essential.every(({ name }) => sandbox.containers.get(name)?.state === "running");
  }

  #note(type: "started" | "exited", container: FakeContainer): void {
    const { id, sandboxName: taskId, spec } = container;
    const task = this.tasks.get(taskId) ?? new Map<string, ContainerTruth>();
    this.tasks.set(taskId, task);
    const truth = task.get(spec.name) ?? { ids: new Set<string>(), starts: [], exits: [] };
    task.set(spec.name, truth.ids.add(id) && truth);
    const { startedAt, finishedAt, exitCode, oomKilled } = container.status();
    if (type === "exited") truth.exits.push({ at: finishedAt!, code: exitCode!, oom: oomKilled });
    else {
      truth.starts.push(startedAt!);
      this.#check(() => this.#checkStart(taskId, spec.name, truth));
    }
  }

  #checkStart(taskId: string, name: string, { ids, starts, exits }: ContainerTruth): void {
    const what = `Container ${name} of ${taskId}`;
    const task = this.#ledger.task(taskId);
    assert.ok(task, `${what} was started, but there is no such task`);
    assert.equal(ids.size, 1, `${what} has run as two containers`);
    if (starts.length === 1) return;
    const policy = this.#ledger.container(task, name)?.restartPolicy;
    assert.ok(policy?.enabled, `${what} was started again`);
    const [started, exit] = [starts.at(-2)!, exits.at(-1)!];
    assert.ok(!policy.ignoredExitCodes?.includes(exit.code), `${what} was started again after ${exit.code}`);
    const ranMs = exit.at - started;
    assert.ok(ranMs >= (policy.restartAttemptPeriod ?? 300) * 1000, `${what} was started again after ${ranMs} ms`);
  }

  #check(assertions: () => void): void {
    try {
      assertions();
    } catch (violation) {
      this.#object(violation);
    }
  }
}
