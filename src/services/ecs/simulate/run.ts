import type { Clock } from "#kernel/clock.ts";
import type { Random } from "#kernel/random.ts";
import type { Store } from "#kernel/store.ts";
import { delayMs } from "../controllers/service/backoff.ts";
import { planService } from "../controllers/service/plan.ts";
import type { ServicePlan } from "../controllers/service/view.ts";
import { toWrites } from "../controllers/service/writes.ts";
import { primaryOf } from "../model/service.ts";
import { newDeploymentId } from "../services/numbers.ts";
import { apply, type Fork, setTask, stateOf } from "./fork.ts";
import { answerHooks } from "./hooks.ts";
import { Journal, type Simulated } from "./journal.ts";
import { moveTasks, nextEvent, type TaskEvent, type TaskModel } from "./task-model.ts";

export interface RunOptions {
  /** What is asked about: changes the fork, and says what. */
  readonly begin: (fork: Fork) => readonly string[];
  /** What breaks: changes the fork, and says what. Until then nothing is over. */
  readonly incident: { readonly afterMs: number; readonly happen: (fork: Fork) => readonly string[] };
  readonly model: TaskModel;
  /** Where task definitions are; nothing is written to it. */
  readonly store: Pick<Store, "view">;
  readonly random: Random;
}

/** Longer than this nothing is played: bake times and waits of a day come to their end within it. */
const horizonMs = 30 * 3_600_000;
/** So many plans, and so many tasks looked at in all of them together: what a question may cost has an end. */
const mostPlans = 2_000;
const mostLooks = 3_000_000;

/**
 * Plays what the scheduler of a service would do from a fork on, with its own plans and its own writes; the fork is
 * changed. A step of the generator looks at every task a few times, so that whoever runs it can let others have a turn.
 */
export function* play(fork: Fork, { begin, incident, model, store, random }: RunOptions): Generator<void, Simulated> {
  const start = fork.now;
  const clock: Pick<Clock, "now"> = { now: () => fork.now };
  const journal = new Journal(fork);
  let incidentAt = start + incident.afterMs;
  const breakDown = () => {
    if (fork.now < incidentAt) return;
    for (const words of incident.happen(fork)) journal.tell(words);
    incidentAt = Number.POSITIVE_INFINITY;
  };
  for (const words of begin(fork)) journal.tell(words);
  breakDown();
  moveTasks(fork);
  journal.count();
  for (let plans = 0, looks = 0; plans < mostPlans && looks < mostLooks; plans++, looks += fork.tasks.size) {
    yield;
    const state = stateOf(fork, newDeploymentId({ random }));
    const plan = planService(state.view);
    yield;
    const commit = toWrites(plan, state, { store, clock, random });
    if (commit !== undefined) {
      journal.planned(plan);
      apply(fork, commit);
      for (const words of answerHooks(fork)) journal.tell(words);
      yield;
      moveTasks(fork);
      yield;
      journal.count();
      if (keepsFailing(fork)) return journal.end("keeps failing", plan);
      continue;
    }
    const due = nextOf(fork, model);
    const comesAt = Math.min(due.at, incidentAt);
    if (isOver(fork, plan, comesAt)) return journal.end("steady", plan);
    const at = Math.min(comesAt, plan.lookAgainAt ?? Number.POSITIVE_INFINITY);
    if (at === Number.POSITIVE_INFINITY) return journal.end("waits", plan);
    if (at > start + horizonMs) return journal.end("goes on", plan);
    fork.now = Math.max(fork.now, at);
    if (due.at <= fork.now) {
      journal.happened(due.events);
      for (const { task, target, next } of due.events) {
        if (target !== undefined) fork.targets.set(task.id, target);
        setTask(fork, next(fork.now));
      }
    }
    breakDown();
    yield;
    moveTasks(fork);
    journal.count();
  }
  return journal.end("goes on", undefined);
}

/** All that happens to tasks next, at one time. */
function nextOf(fork: Fork, model: TaskModel): { readonly at: number; readonly events: readonly TaskEvent[] } {
  let at = Number.POSITIVE_INFINITY;
  let events: TaskEvent[] = [];
  for (const task of fork.tasks.values()) {
    const event = nextEvent(fork, task, model);
    // What was due before the fork was made is due now.
    const due = event === undefined ? Number.POSITIVE_INFINITY : Math.max(event.at, fork.now);
    if (due < at) [at, events] = [due, []];
    if (event !== undefined && due === at) events.push(event);
  }
  return { at, events };
}

function isOver({ service }: Fork, plan: ServicePlan, comesAt: number): boolean {
  const settled = service.steady || service.status === "INACTIVE";
  return settled && plan.waits.length === 0 && comesAt === Number.POSITIVE_INFINITY;
}

/** Nothing new comes of it: the pauses between starts have come to their longest. */
function keepsFailing({ service }: Fork): boolean {
  const failures = primaryOf(service)?.backoff?.failures ?? 0;
  return failures > 1 && delayMs(failures) === delayMs(failures + 1);
}
