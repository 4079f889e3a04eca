import type { ContainerStatus, RuntimeDriver } from "#host/runtime/driver.ts";
import type { TaskPayload, TaskStateChange } from "#kernel/agent-protocol.ts";
import { type Clock, sleep, type Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import type { Journal } from "./journal.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { logSource, type Perform } from "./perform.ts";
import type { TaskLogs } from "./ports.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import { apply, makes } from "./step/apply.ts";
import { reportOf } from "./step/report.ts";
import { type Action, type ActionError, type Input, memoryOf, type Task } from "./step/state.ts";
import { step } from "./step/step.ts";
import type { CleanupTimes } from "./step/stop.ts";

export interface ActorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly driver: RuntimeDriver;
  readonly logs: TaskLogs;
  readonly journal: Journal;
  readonly perform: Perform;
  readonly times: CleanupTimes;
  readonly submit: (change: TaskStateChange) => Promise<void>;
  /** Everything of the engine is to be listed again: an answer may have been lost. */
  readonly relist: () => void;
  /** Nothing of the task is left on the host. */
  readonly onForgotten: (actor: TaskActor) => void;
  /** The task may look different from outside. */
  readonly onChanged: (actor: TaskActor) => void;
}

/**
 * Runs one task: it feeds what happens into the task's state, asks `step` what is next, and has it done. Inputs mark it
 * dirty; one turn at a time takes all of them, keeps the state and starts the actions, none of which is waited for.
 */
export class TaskActor {
  readonly #deps: ActorDeps;
  readonly #reporter: Reporter;
  readonly #keeper: Keeper;
  readonly #stopped = new AbortController();
  readonly #inbox: Input[] = [];
  /** Containers to be looked at, and whether one look is under way. */
  readonly #looks = new Map<string, "underway" | "again">();
  #task: Task;
  #turning = false;
  /** For what the task waits. */
  #alarm: { readonly wakeAt: number; readonly setAt: number; readonly timer: Timer } | undefined;
  #waitingFor: string | undefined;
  /** The session's message that named the task last. */
  messageSeqNum = Number.NEGATIVE_INFINITY;

  constructor(task: Task, deps: ActorDeps) {
    this.#task = task;
    this.#deps = deps;
    this.#keeper = createKeeper(deps);
    this.#reporter = createReporter({
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      submit: deps.submit,
      nextSequence: () => this.#nextSequence(),
      onAccepted: (report) => {
        if (report.status === "STOPPED") this.put({ type: "stopAccepted" });
      },
    });
  }

  get id(): string {
    return this.#task.id;
  }

  get task(): Task {
    return this.#task;
  }

  /** Why nothing more can be done for the task now, in words for people. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  payload(payload: TaskPayload): void {
    this.put({ type: "payload", payload });
  }

  put(input: Input): void {
    if (this.#stopped.signal.aborted) return;
    this.#inbox.push(input);
    if (!this.#turning) void this.#turn();
  }

  /** After a listing: changes of health may have been missed. */
  lookAtHealth(): void {
    for (const { name, healthCheck } of this.#task.payload.containers) {
      const status = this.#task.live.sightings[name];
      if (healthCheck !== undefined && status?.state === "running") this.look(status.id);
    }
  }

  /** The control plane asks again for what it was told: it may have lost it. */
  reportAgain(): void {
    this.#reporter.again();
  }

  /** Asks the engine about one container, after what is being asked about it already. */
  look(runtimeId: string): void {
    if (this.#looks.has(runtimeId)) {
      this.#looks.set(runtimeId, "again");
      return;
    }
    this.#looks.set(runtimeId, "underway");
    void this.#inspect(runtimeId);
  }

  /** The agent stops; the task runs on untouched. */
  stop(): void {
    this.#stopped.abort(new Error("The agent is stopping."));
    this.#alarm?.timer.cancel();
    this.#reporter.stop();
    this.#keeper.stop();
  }

  async #inspect(runtimeId: string): Promise<void> {
    try {
      const status = await this.#deps.driver.inspectContainer(runtimeId);
      this.#seen(status);
    } catch (error) {
      if (error instanceof DriverError && error.reason === "NotFound") this.put({ type: "gone", runtimeId });
      else {
        this.#deps.log.debug("A container could not be looked at", { runtimeId, error: String(error) });
        // The event that it was looked at for does not come again.
        await sleep(this.#deps.clock, lookAgainMs, this.#stopped.signal).catch(() => undefined);
        this.#looks.set(runtimeId, "again");
      }
    }
    const again = this.#looks.get(runtimeId) === "again";
    this.#looks.delete(runtimeId);
    if (again && !this.#stopped.signal.aborted) this.look(runtimeId);
  }

  #seen(status: ContainerStatus): void {
    this.put({ type: "seen", status });
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    while (this.#inbox.length > 0 && !this.#stopped.signal.aborted) {
      const inputs = this.#inbox.splice(0);
      // A time that was waited for has come, though the clock has been set back meanwhile.
      const come = inputs.map((input) => (input.type === "tick" ? input.at : Number.NEGATIVE_INFINITY));
      const now = Math.max(this.#deps.clock.now(), ...come);
      const before = this.#task;
      for (const input of inputs) this.#task = apply(this.#task, input, now);
      const plan = step(this.#task, this.#deps.times, now);
      if (plan.actions.length > 0) this.#task = apply(this.#task, { type: "begun", actions: plan.actions }, now);
      this.#waitingFor = plan.waitingFor;
      this.#arm(plan.wakeAt, now);
      // Kept before it is acted upon: what an action needs to be known again must not be lost with the process.
      if (!(await this.#keeper.keep(this.#task))) {
        this.#arm(now + keepAgainMs, now);
        this.#task = apply(this.#task, { type: "deferred", actions: plan.actions }, now);
        break;
      }
      this.#followLogs(before);
      for (const action of plan.actions) void this.#act(action);
      this.#report(now);
      this.#deps.onChanged(this);
    }
    this.#turning = false;
    if (this.#task.live.forgotten) this.#deps.onForgotten(this);
  }

  #arm(wakeAt: number | undefined, now: number): void {
    // The clock has been set back: what has been waited for so far counts.
    if (wakeAt !== undefined && wakeAt === this.#alarm?.wakeAt && now < this.#alarm.setAt) return;
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
    if (wakeAt === undefined) return;
    const timer = this.#deps.clock.after(wakeAt - now, () => {
      this.#alarm = undefined;
      this.put({ type: "tick", at: wakeAt });
    });
    this.#alarm = { wakeAt, setAt: now, timer };
  }

  async #act(action: Action): Promise<void> {
    const task = this.#task;
    try {
      const result = await this.#deps.perform(task, action, this.#stopped.signal);
      if (action.type === "startContainer") this.look(action.runtimeId);
      this.put({ type: "done", action, result });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const known = toActionError(error);
      // That there is no image is told as an event, with how long it took.
      if (action.type !== "pull") {
        this.#deps.log.warn(`${action.type} failed`, { taskId: task.id, error: known.message, code: known.code });
      }
      this.put({ type: "failed", action, error: known, jitter: this.#deps.random.float() });
      if (makes.has(action.type)) this.#deps.relist();
    }
  }

  /** Containers that were found running, rather than started, are read too. */
  #followLogs(before: Task): void {
    for (const { name, logConfiguration } of this.#task.payload.containers) {
      const status = this.#task.live.sightings[name];
      if (logConfiguration === undefined || status === undefined || status === before.live.sightings[name]) continue;
      if (status.state === "running" && memoryOf(this.#task, name).ended === undefined) {
        this.#deps.logs.follow(logSource(this.#task, name), status.id);
      }
    }
  }

  #report(now: number): void {
    const report = reportOf(this.#task, this.#deps.times, now);
    if (report !== undefined) this.#reporter.tell(report);
    else if (this.#task.unwanted) this.#reporter.stop();
  }

  /** Grows with every report, also when the journal and all that it knew is lost. */
  #nextSequence(): number {
    const sequence = Math.max(this.#task.memory.sequence + 1, this.#deps.clock.now());
    this.#task = apply(this.#task, { type: "sequence", sequence }, this.#deps.clock.now());
    return sequence;
  }
}

const lookAgainMs = 1_000;
/** A task that could not be kept on disk goes on after another try. */
const keepAgainMs = 1_000;

function toActionError(error: unknown): ActionError {
  if (error instanceof DriverError) return { code: error.reason, message: error.message, retryable: error.retryable };
  if (error instanceof Fault) return { code: error.code, message: error.message, retryable: false };
  return { code: "Failed", message: error instanceof Error ? error.message : String(error), retryable: false };
}
