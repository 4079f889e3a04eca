import { backoffMs } from "#host/agent/backoff.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type {
  AccessRecord,
  HeldRequestsMessage,
  LoadBalancingEndpoint,
  NodeStateMessage,
  TargetHealthMessage,
} from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";

/** Says what nodes have to say, in turn, and again where it failed; the latest of a node replaces others. */
export interface NodeReporter {
  health(message: TargetHealthMessage): void;
  state(message: NodeStateMessage): void;
  held(message: HeldRequestsMessage): void;
  access(records: readonly AccessRecord[]): void;
  /** The node is gone: nothing more is said of it. */
  forget(nodeId: string): void;
  stop(): void;
}

export interface ReporterDeps {
  readonly endpoint: LoadBalancingEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Access records that wait for the control plane; beyond them the oldest are lost, and that is told. */
const mostRecords = 20_000;
const batchRecords = 1_000;

export function createReporter({ endpoint, clock, random, log }: ReporterDeps): NodeReporter {
  const waiting = new Map<string, () => Promise<void>>();
  let records: AccessRecord[] = [];
  let lost = 0;
  let sending = false;
  let stopped = false;
  let failures = 0;
  let timer: Timer | undefined;

  const sendOne = async (): Promise<void> => {
    const [key, send] = waiting.entries().next().value ?? [];
    if (key !== undefined) {
      await send!();
      if (waiting.get(key) === send) waiting.delete(key);
      return;
    }
    const batch = records.slice(0, batchRecords);
    await endpoint.publishAccess(batch);
    records = records.slice(batch.length);
  };
  const run = async () => {
    if (sending || stopped || timer !== undefined) return;
    sending = true;
    try {
      while (!stopped && (waiting.size > 0 || records.length > 0)) await sendOne();
      failures = 0;
    } catch (error) {
      log.warn("The control plane was not told of load balancer nodes", { error: String(error) });
      timer = clock.after(backoffMs(failures++, 30_000, random), () => {
        timer = undefined;
        void run();
      });
    }
    sending = false;
  };
  const put = (key: string, send: () => Promise<void>) => {
    waiting.set(key, send);
    void run();
  };
  return {
    health: (message) => put(`health ${message.nodeId}`, () => endpoint.publishTargetHealth(message)),
    state: (message) => put(`state ${message.nodeId}`, () => endpoint.submitNodeState(message)),
    held: (message) =>
      put(`held ${message.nodeId} ${message.targetGroupArn}`, () => endpoint.publishHeldRequests(message)),
    access(more) {
      records.push(...more);
      const surplus = records.length - mostRecords;
      if (surplus > 0) {
        records = records.slice(surplus);
        if (lost === 0) log.warn("Access log lines are lost: the control plane does not take them", { surplus });
        lost += surplus;
      }
      void run();
    },
    forget(nodeId) {
      for (const key of waiting.keys()) if (key.split(" ")[1] === nodeId) waiting.delete(key);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
