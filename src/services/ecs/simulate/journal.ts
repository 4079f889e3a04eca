import { isAlive, memberOf } from "../controllers/service/health.ts";
import { boundsOf, countServing, occupying } from "../controllers/service/rolling.ts";
import type { ServicePlan, TaskStop } from "../controllers/service/view.ts";
import { stopReasons } from "../controllers/service/words.ts";
import { count } from "../explain/time.ts";
import { toWaiting } from "../explain/wait-words.ts";
import { primaryOf } from "../model/service.ts";
import { type Fork, stateOf } from "./fork.ts";
import type { TaskEvent } from "./task-model.ts";

/** How it ended: at rest; waiting for somebody; at the end of what is played; or in failures without an end. */
export type Ending = "steady" | "waits" | "goes on" | "keeps failing";

/** Tasks as the scheduler counts them. */
export interface Counts {
  /** What `minimumHealthyPercent` is held against. */
  readonly healthy: number;
  /** RUNNING, healthy or not. */
  readonly running: number;
  /** What `maximumPercent` is held against: on the way to RUNNING, or RUNNING. */
  readonly there: number;
}

export interface Step {
  /** Milliseconds from the beginning. */
  readonly afterMs: number;
  readonly words: readonly string[];
  /** When all of it has happened. */
  readonly counts: Counts;
}

/** What would happen. */
export interface Simulated {
  readonly ending: Ending;
  /** A sentence on the end. */
  readonly summary: string;
  /** The first five hundred; `furtherSteps` are not told. */
  readonly steps: readonly Step[];
  readonly furtherSteps: number;
  readonly before: Counts;
  readonly after: Counts;
  readonly lowestHealthy: { readonly count: number; readonly afterMs: number };
  readonly mostThere: { readonly count: number; readonly afterMs: number };
  readonly floor: number;
  readonly ceiling: number;
  readonly startedTasks: number;
  readonly stoppedTasks: number;
  readonly failedTasks: number;
  readonly durationMs: number;
  /** The last deployment. */
  readonly rolloutState?: string;
  /** What is waited for at the end. */
  readonly waitsFor: readonly string[];
}

const mostSteps = 500;

/** Writes down what is played. */
export class Journal {
  readonly #fork: Fork;
  readonly #start: number;
  readonly #steps: { afterMs: number; words: string[]; counts: Counts }[] = [];
  readonly #before: Counts;
  #lowest: { count: number; afterMs: number };
  #most: { count: number; afterMs: number };
  #further = 0;
  #furtherAt = -1;
  #started = 0;
  #stopped = 0;
  #failed = 0;

  constructor(fork: Fork) {
    this.#fork = fork;
    this.#start = fork.now;
    this.#before = countsOf(fork);
    this.#lowest = { count: this.#before.healthy, afterMs: 0 };
    this.#most = { count: this.#before.there, afterMs: 0 };
  }

  tell(words: string): void {
    const afterMs = this.#fork.now - this.#start;
    const last = this.#steps.at(-1);
    if (last?.afterMs === afterMs) last.words.push(words);
    else if (this.#steps.length < mostSteps) this.#steps.push({ afterMs, words: [words], counts: this.#before });
    else if (this.#furtherAt !== afterMs) [this.#further, this.#furtherAt] = [this.#further + 1, afterMs];
  }

  planned(plan: ServicePlan): void {
    for (const { rollout, capacities } of plan.start) {
      this.#started += capacities.length;
      this.tell(`Starts ${count(capacities.length, "task")} of ${this.#nameOf(rollout.revisionId)}.`);
    }
    this.#stopped += plan.stop.length;
    const stops = Map.groupBy(plan.stop, ({ task, reason }) => {
      const { revisionId } = task.value.service!;
      return `of ${this.#nameOf(revisionId)}${whyStopped({ task, reason })}.`;
    });
    for (const [what, tasks] of stops) this.tell(`Stops ${count(tasks.length, "task")} ${what}`);
    for (const message of plan.events) this.tell(`Event: ${message}`);
  }

  happened(events: readonly TaskEvent[]): void {
    const groups = Map.groupBy(events, ({ what, task }) => `${what} ${task.service?.revisionId}`);
    for (const [{ what, task }, ...more] of [...groups.values()].map((group) => group as [TaskEvent, ...TaskEvent[]])) {
      if (failures.has(what)) this.#failed += 1 + more.length;
      this.tell(`${count(1 + more.length, "task")} of ${this.#nameOf(task.service?.revisionId)} ${what}.`);
    }
  }

  /** After everything of a time has happened, or has been decided. */
  count(): void {
    const counts = countsOf(this.#fork);
    const afterMs = this.#fork.now - this.#start;
    const last = this.#steps.at(-1);
    if (last?.afterMs === afterMs) last.counts = counts;
    if (counts.healthy < this.#lowest.count) this.#lowest = { count: counts.healthy, afterMs };
    if (counts.there > this.#most.count) this.#most = { count: counts.there, afterMs };
  }

  /** `plan`: the last one; undefined when more was to be played than is. */
  end(ending: Ending, plan: ServicePlan | undefined): Simulated {
    const { now, service } = this.#fork;
    const durationMs = now - this.#start;
    const rolloutState = primaryOf(service)?.rolloutState;
    return {
      ending,
      summary: summaries[ending],
      steps: this.#steps,
      furtherSteps: this.#further,
      before: this.#before,
      after: countsOf(this.#fork),
      lowestHealthy: this.#lowest,
      mostThere: this.#most,
      ...boundsOf(service),
      startedTasks: this.#started,
      stoppedTasks: this.#stopped,
      failedTasks: this.#failed,
      durationMs,
      ...(rolloutState !== undefined && { rolloutState }),
      waitsFor: ending === "steady" ? [] : this.#waits(plan),
    };
  }

  #waits(plan: ServicePlan | undefined): string[] {
    const { tasks, now } = this.#fork;
    const homeless = [...tasks.values()].filter(({ lastStatus }) => lastStatus === "PROVISIONING").length;
    const room = homeless === 0 ? [] : [`${count(homeless, "task")} cannot be placed on the hosts that are left.`];
    return [...room, ...(plan?.waits ?? []).map((wait) => toWaiting(wait, now).words)];
  }

  /** `web:12` */
  #nameOf(revisionId: string | undefined): string {
    const arn = this.#fork.revisions.get(revisionId ?? "")?.taskDefinitionArn;
    return arn?.split("/").at(-1) ?? "a revision that is gone";
  }
}

const failures: ReadonlySet<TaskEvent["what"]> = new Set(["failed to start", "ended", "failed health checks"]);

const summaries: Readonly<Record<Ending, string>> = {
  steady: "The service comes to a steady state.",
  waits: "The service comes to rest without a steady state: it waits.",
  "goes on": "It goes on for longer than is played.",
  "keeps failing": "Starts keep failing; they are tried again every 15 minutes for ever.",
};

function countsOf(fork: Fork): Counts {
  const { view } = stateOf(fork, "");
  const members = view.tasks.map((task) => memberOf(task, view));
  const alive = members.filter(isAlive);
  const primary = primaryOf(fork.service)?.id;
  const own = alive.filter(({ deploymentId }) => deploymentId === primary);
  return {
    healthy: countServing(
      own,
      alive.filter(({ deploymentId }) => deploymentId !== primary),
    ),
    running: alive.filter(({ task }) => task.value.lastStatus === "RUNNING").length,
    there: occupying(members),
  };
}

/** In fewer words than `stoppedReason` has. */
function whyStopped({ task, reason }: TaskStop): string {
  if (reason === stopReasons.containerHealth || reason.startsWith("Task failed ELB")) return " (unhealthy)";
  return reason === stopReasons.surplus(task.value.service!.deploymentId) ? " (too many)" : " (replaced)";
}
