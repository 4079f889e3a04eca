import { count } from "../explain/time.ts";
import { invalid } from "../faults.ts";
import { goesOn, type TaskRecord } from "../model/task.ts";
import { type Fork, setTask } from "./fork.ts";
import { answerHooks } from "./hooks.ts";
import { crashed, lost } from "./task-model.ts";
import type { WhatIf } from "./what-if.ts";

/** What the play begins with, but for what UpdateService does to the fork. Says what. */
export function begin(fork: Fork, { scale, deploy }: WhatIf): string[] {
  const told: string[] = [];
  if (deploy !== undefined) told.push(`UpdateService: the task definition is ${deploy}.`);
  if (scale !== undefined) told.push(`UpdateService: the desired count is ${scale}.`);
  return [...told, ...answerHooks(fork)];
}

/** Breaks what the question says that breaks. Says what. */
export function breakDown(fork: Fork, { hostDies, killTasks }: WhatIf): string[] {
  const told: string[] = [];
  if (killTasks !== undefined) told.push(kill(fork, killTasks));
  if (hostDies !== undefined) told.push(loseHost(fork, hostDies));
  return told;
}

function running(fork: Fork): TaskRecord[] {
  return [...fork.tasks.values()].filter(goesOn);
}

function kill(fork: Fork, wanted: number): string {
  const victims = running(fork).slice(0, wanted);
  if (victims.length < wanted) throw invalid(`Only ${count(victims.length, "task")} of the service run.`);
  for (const task of victims) setTask(fork, crashed(task, fork.now));
  return `Of the running tasks ${wanted} ${wanted === 1 ? "ends by itself" : "end by themselves"}.`;
}

function loseHost(fork: Fork, which: string | true): string {
  const hostId = which === true ? busiestHost(fork) : which;
  const place = fork.hosts.findIndex(({ entry }) => entry.value.registration.hostId === hostId);
  if (place === -1) {
    const known = fork.hosts.map(({ entry }) => entry.value.registration.hostId);
    throw invalid(`There is no host ${hostId}. There are: ${known.join(", ")}.`);
  }
  fork.hosts.splice(place, 1);
  const victims = [...fork.tasks.values()].filter((task) => task.hostId === hostId && task.lastStatus !== "STOPPED");
  for (const task of victims) setTask(fork, lost(task, fork.now));
  const left = count(fork.hosts.length, "host");
  return `The host ${hostId} dies with ${count(victims.length, "task")} of the service; ${left} left.`;
}

function busiestHost(fork: Fork): string {
  const counts = new Map(fork.hosts.map(({ entry }) => [entry.value.registration.hostId, 0]));
  for (const { hostId } of fork.tasks.values()) {
    if (hostId !== undefined && counts.has(hostId)) counts.set(hostId, counts.get(hostId)! + 1);
  }
  const [busiest] = [...counts].toSorted(([, one], [, other]) => other - one);
  if (busiest === undefined) throw invalid("There is no host.");
  return busiest[0];
}
