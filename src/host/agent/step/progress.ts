import type { Action, Task } from "./state.ts";

/** What the agent does for a task at this moment, and what it waits for, in words for people. */
export interface Progress {
  /** `pulls the image of container app` */
  readonly doing: readonly string[];
  /** `container app waits for db to be healthy` */
  readonly waitingFor?: string;
}

export function progressOf(task: Task, waitingFor: string | undefined): Progress {
  return { doing: task.live.underway.map(wordsOf), ...(waitingFor !== undefined && { waitingFor }) };
}

const words: Readonly<Record<Action["type"], string>> = {
  pull: "pulls the image of container",
  createSandbox: "makes the task's sandbox",
  attach: "connects the sandbox to the network",
  createVolume: "makes the volume",
  prepareLogs: "prepares the log stream of container",
  createContainer: "makes the container",
  startContainer: "starts the container",
  signal: "tells to stop the container",
  drainLogs: "stores the last output of container",
  detach: "unplugs the network interface",
  stopSandbox: "gives the ports of the host back",
  removeSandbox: "removes the task's sandbox",
  removeVolumes: "removes the task's volumes",
  forget: "forgets the task",
};

/** Of an action's key: its type, then what it is about (see `actionKey`). */
function wordsOf(key: string): string {
  const [type, ...about] = key.split(" ");
  if (type === "signal" && about.length > 1) return `kills the container ${about[1]}`;
  return [words[type as Action["type"]], ...about].join(" ");
}
