import { createFakeNetwork } from "#host/network/fake-network.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { createFakeHost, type DriverCall, type FakeHost, type InjectedFault } from "#host/runtime/fake/host.ts";
import { silentLog } from "#kernel/controller.ts";
import type { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { SettableClock } from "#kernel/virtual-clock.ts";
import { type Agent, type AgentConfig, createAgent } from "../agent.ts";
import { memoryJournal } from "../journal.ts";
import type { LogSource, SessionLog, TaskLogs } from "../ports.ts";
import { FakeControlPlane } from "./fake-control-plane.ts";

export interface WorldOptions {
  readonly seed?: number;
  readonly agent?: Partial<AgentConfig>;
  readonly latencyMs?: number;
}

/** Keeps what was asked of it. Output is stored at once, unless `stuck`. */
export class FakeLogs implements TaskLogs {
  readonly prepared: string[] = [];
  readonly followed: string[] = [];
  readonly drained: string[] = [];
  stuck = false;
  failPrepare: Error | undefined;

  async prepare({ container }: LogSource): Promise<void> {
    if (this.failPrepare !== undefined) throw this.failPrepare;
    this.prepared.push(container.name);
  }

  follow({ container }: LogSource): void {
    this.followed.push(container.name);
  }

  async drain({ container }: LogSource): Promise<void> {
    if (this.stuck) await new Promise<never>(() => {});
    this.drained.push(container.name);
  }

  /** What exec sessions have shown, by their ids; complete once it says so. */
  readonly sessions = new Map<string, { text: string; ended: boolean }>();

  session(sessionId: string): SessionLog {
    const kept = { text: "", ended: false };
    this.sessions.set(sessionId, kept);
    return {
      async write(data) {
        kept.text += Buffer.from(data).toString();
      },
      async end() {
        kept.ended = true;
      },
    };
  }

  async stop(): Promise<void> {}
}

/**
 * A host, its network and a control plane on virtual time, and an agent that can be thrown away at any moment: all but
 * the agent survives.
 */
export class World {
  readonly clock = new SettableClock();
  readonly random;
  readonly host: FakeHost;
  /** Thrown by the next calls that apply or attach, one each. */
  readonly networkFailures: DriverError[] = [];
  readonly network = createFakeNetwork({
    before: ({ method }) => {
      const failure = method === "apply" || method === "attach" ? this.networkFailures.shift() : undefined;
      if (failure !== undefined) throw failure;
    },
  });
  readonly logs = new FakeLogs();
  readonly journal = memoryJournal();
  readonly controlPlane: FakeControlPlane;
  /** Decides on each call of the driver; the agent may be killed from it. */
  inject: ((call: DriverCall) => InjectedFault | undefined) | undefined;
  agent: Agent | undefined;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.random = seededRandom(options.seed ?? 1);
    this.controlPlane = new FakeControlPlane(this.clock, seededRandom((options.seed ?? 1) + 1));
    this.host = createFakeHost({
      clock: this.clock,
      random: seededRandom((options.seed ?? 1) + 2),
      inject: (call) => this.inject?.(call),
      ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    });
  }

  async start(): Promise<void> {
    const agent = createAgent({
      hostId: "host",
      endpoint: this.controlPlane,
      driver: createFakeDriver({ host: this.host }),
      network: this.network,
      logs: this.logs,
      clock: this.clock,
      random: this.random,
      log: silentLog,
      dataDir: "/none",
      journal: this.journal,
      ...this.#options.agent,
    });
    this.agent = agent;
    await agent.start();
  }

  /** The agent's process is gone, in the middle of whatever it was doing. */
  kill(): void {
    void this.agent?.stop();
    this.agent = undefined;
  }

  async run(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** What is left on the host, for tests that nothing leaks. */
  leftovers(): Record<string, readonly string[]> {
    return {
      sandboxes: [...this.host.sandboxes.values()].map(({ spec }) => spec.name),
      volumes: [...this.host.volumes.keys()],
      interfaces: [...this.network.host.ports.keys(), ...this.network.admitted.keys()],
      records: [...this.journal.entries.keys()],
    };
  }
}

export const nothing = { sandboxes: [], volumes: [], interfaces: [], records: [] };
