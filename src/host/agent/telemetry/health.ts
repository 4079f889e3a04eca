import type { HealthMessage } from "#kernel/agent-protocol.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import { backoffMs } from "../backoff.ts";
import { memoryOf, type Task } from "../step/state.ts";

/** Telemetry: tells the control plane of the health of containers when it changes. */
export interface HealthPublisher {
  changed(task: Task): void;
  /** Everything is told again: the control plane may have lost it. */
  again(tasks: Iterable<Task>): void;
  stop(): void;
}

/** Changes within this time go into one message. */
const gatherMs = 100;

export function createHealthPublisher(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly publish: (message: HealthMessage) => Promise<void>;
}): HealthPublisher {
  const told = new Map<string, string>();
  const waiting = new Map<string, HealthMessage["tasks"][number]>();
  let timer: Timer | undefined;
  let sending = false;
  let stopped = false;
  let failures = 0;

  const arm = () => {
    if (stopped || sending || timer !== undefined || waiting.size === 0) return;
    const afterMs = failures === 0 ? gatherMs : backoffMs(failures - 1, 30_000, deps.random);
    timer = deps.clock.after(afterMs, () => void send());
  };
  const send = async () => {
    timer = undefined;
    sending = true;
    const tasks = [...waiting.values()];
    waiting.clear();
    try {
      await deps.publish({ tasks });
      failures = 0;
    } catch (error) {
      failures++;
      deps.log.debug("Health was not accepted", { error: String(error) });
      for (const task of tasks) if (!waiting.has(task.taskArn)) waiting.set(task.taskArn, task);
    }
    sending = false;
    arm();
  };
  const changed = (task: Task) => {
    const health = healthOf(task);
    const key = JSON.stringify(health);
    if (health.containers.length === 0 || told.get(task.id) === key) return;
    told.set(task.id, key);
    waiting.set(task.payload.taskArn, health);
    arm();
  };
  return {
    changed(task) {
      if (task.live.forgotten || task.unwanted) {
        told.delete(task.id);
        waiting.delete(task.payload.taskArn);
      } else changed(task);
    },
    again(tasks) {
      told.clear();
      failures = 0;
      timer?.cancel();
      timer = undefined;
      for (const task of tasks) changed(task);
      arm();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function healthOf(task: Task): HealthMessage["tasks"][number] {
  return {
    taskArn: task.payload.taskArn,
    containers: task.payload.containers.flatMap(({ name }) => {
      const { health } = memoryOf(task, name);
      if (health === undefined) return [];
      const { status, since, output } = health;
      return [{ containerName: name, healthStatus: status, statusSince: since, ...(output && { output }) }];
    }),
  };
}
