import { pullWords } from "#cli/pull-words.ts";
import type { AgentEvent } from "#host/agent/ports.ts";
import type { PullProgress } from "#host/runtime/driver.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { Inquiry } from "#services/ecs/index.ts";
import { taskNameOfArn } from "#services/ecs/model/task.ts";

/** An image that is being pulled for a container. */
export interface Pull extends PullProgress {
  readonly taskArn: string;
  readonly containerName: string;
  readonly image: string;
}

/** A pull that goes on is told of again after so long. */
const tellEveryMs = 5_000;

interface Underway {
  pull: Pull;
  readonly startedAt: number;
  toldAt: number;
}

/** The pulls of this host's agent: they are told in the log, and to who asks (`POST /_estiva/pulls`). */
export class Pulls {
  readonly #underway = new Map<string, Underway>();
  readonly #clock: Clock;
  readonly #log: Log;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes what the agent tells: its `onEvent`. */
  take(event: AgentEvent): void {
    const { type, taskArn, containerName, image } = event;
    const key = `${taskArn}/${containerName}`;
    const now = this.#clock.now();
    const of = { image, task: taskArn };
    const known = this.#underway.get(key);
    if (type === "pullStarted") {
      const pull = { taskArn, containerName, image, layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 };
      this.#underway.set(key, { pull, startedAt: now, toldAt: now });
      this.#log.info("Pulling an image", of);
    } else if (type === "pullProgress") {
      if (known === undefined) return;
      known.pull = { ...known.pull, ...event.progress };
      if (now - known.toldAt < tellEveryMs) return;
      known.toldAt = now;
      this.#log.info("Still pulling an image", { ...of, progress: pullWords(event.progress) });
    } else {
      this.#underway.delete(key);
      const seconds = known === undefined ? undefined : Math.round((now - known.startedAt) / 100) / 10;
      if (event.error === undefined) this.#log.info("Pulled an image", { ...of, seconds });
      else this.#log.warn("An image could not be pulled", { ...of, seconds, error: event.error });
    }
  }

  /** Those of these tasks, in the order in which they began. */
  of(taskArns: readonly string[]): Pull[] {
    return [...this.#underway.values()].map(({ pull }) => pull).filter(({ taskArn }) => taskArns.includes(taskArn));
  }
}

export interface PullsQuestion {
  readonly tasks: readonly string[];
}

/** `POST /_estiva/pulls`, `{"tasks": ["arn:aws:ecs:..."]}`: their pulls under way. Needs `ecs:DescribeTasks`. */
export function pullsInquiry(pulls: Pulls): Inquiry<PullsQuestion> {
  return {
    service: "ecs",
    parse(body) {
      const tasks = (body as { tasks?: unknown } | undefined)?.tasks;
      if (Array.isArray(tasks) && tasks.length > 0 && tasks.every(isTaskArn)) return { tasks };
      throw new Fault("InvalidParameterException", "tasks must be a list of ARNs of tasks.");
    },
    // A task's ARN names its cluster: each is asked about by itself.
    needs: ({ tasks }) =>
      tasks.map((arn) => ({
        operation: "DescribeTasks",
        input: { cluster: nameOf(arn)!.clusterName, tasks: [arn] },
      })),
    answer: async ({ tasks }, { account, region }) => ({
      pulls: pulls.of(
        tasks.filter((arn) => {
          const name = nameOf(arn)!;
          return name.account === account && name.region === region;
        }),
      ),
    }),
  };
}

function nameOf(taskArn: string) {
  return taskNameOfArn(parseArn(taskArn));
}

function isTaskArn(value: unknown): value is string {
  return typeof value === "string" && nameOf(value) !== undefined;
}
