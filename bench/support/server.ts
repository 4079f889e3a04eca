/**
 * A platform with a fake host, in a process of its own: `serve` starts it, and this file is also the program that runs
 * there. Everything but the container engine and the packets is real: gateway, store on disk, controllers, agent.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { memoryJournal } from "#host/agent/journal.ts";
import { createFakeNetwork } from "#host/network/fake-network.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { createFakeHost, type FakeHost } from "#host/runtime/fake/host.ts";
import { silentLog } from "#kernel/controller.ts";
import type { Host, HostParts } from "#platform/host.ts";
import { clusterPath, servicePath, services, type TaskRecord, type TaskStatus, tasks } from "#services/ecs/model.ts";
import type { StoreHost } from "#store/index.ts";
import { startPlatform } from "../../src/main.ts";
import type { Credentials } from "./load.ts";

/** What the process has used since it started. */
export interface Used {
  /** User and system, of all its threads. */
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly voluntarySwitches: number;
}

export interface Server {
  readonly port: number;
  readonly credentials: Credentials;
  /** From the start of the process until it answered. */
  readonly startedMs: number;
  readonly pid: number;
  used(): Promise<Used>;
  /** How many tasks of the cluster `bench` are in each lastStatus; none is absent. */
  statuses(): Promise<Readonly<Record<string, number>>>;
  /** The steady services: their last deployment is completed. */
  steadyServices(): Promise<number>;
  /**
   * Kills a container of each of so many services, one after another, and gives for each how long it took from the
   * record that says so to the commit that has its replacement.
   */
  decisions(count: number): Promise<readonly Decision[]>;
  stop(): Promise<void>;
}

/** Milliseconds; `cpuMs` of the thread that everything runs on, whatever else the machine does. */
export interface Decision {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface ServeOptions {
  readonly dataDir: string;
  /** The only processor that it may use, where `taskset` is there. */
  readonly core?: number;
  readonly execArgv?: readonly string[];
  /** For the platform: `{ ESTIVA_SETTLE_SECONDS: "0" }`. */
  readonly env?: Readonly<Record<string, string>>;
}

const taskStatuses: readonly TaskStatus[] = [
  ...(["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"] as const),
  ...(["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] as const),
];

type Question = "used" | "statuses" | "steadyServices" | "decisions";

/** As `estiva` and the published package start Node.js. */
const nodeFlags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=8"];

/** Starts the platform on a folder; what is in it is taken up. */
export async function serve({ dataDir, core, execArgv = [], env = {} }: ServeOptions): Promise<Server> {
  const startedAt = performance.now();
  const words = [dataDir, JSON.stringify(env)];
  const child = fork(import.meta.filename, words, { execArgv: [...nodeFlags, ...execArgv], stdio: "inherit" });
  if (core !== undefined) pin(child.pid!, core);
  const [ready] = (await once(child, "message")) as [{ port: number; credentials: Credentials }];
  const startedMs = performance.now() - startedAt;
  return {
    ...ready,
    startedMs,
    pid: child.pid!,
    used: () => ask(child, "used"),
    statuses: () => ask(child, "statuses"),
    steadyServices: () => ask(child, "steadyServices"),
    decisions: (count) => ask(child, "decisions", count),
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** Keeps a process with all its threads on one processor. Returns whether that could be done. */
export function pin(pid: number, core: number): boolean {
  try {
    execFileSync("taskset", ["-a", "-c", "-p", String(core), String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function ask<T>(child: ChildProcess, question: Question, count = 0): Promise<T> {
  child.send({ question, count });
  const [answer] = await once(child, "message");
  return answer as T;
}

if (import.meta.main) await run(process.argv[2]!, JSON.parse(process.argv[3]!));

async function run(dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  let engine: FakeHost | undefined;
  const platform = await startPlatform({
    ...{ dataDir, listenHost: "127.0.0.1", port: 0, dev: false, account: "000000000000", region: "us-east-1" },
    ...{ stoppedTaskHours: 24, env, log: silentLog },
    host: async (parts) => {
      engine = fakeEngine(parts);
      return fakeHost(engine);
    },
    onBug: (error) => {
      console.error(error);
      process.exit(1);
    },
  });
  const answers: Readonly<Record<Question, (count: number) => unknown>> = {
    used() {
      const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage();
      const rssMiB = process.memoryUsage().rss / 2 ** 20;
      const used: Used = {
        cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
        rssMiB,
        voluntarySwitches: voluntaryContextSwitches,
      };
      return used;
    },
    statuses() {
      // Counted by an index: what asks often must not use what it measures.
      const bench = { account: "000000000000", region: "us-east-1", clusterName: "bench" };
      const view = platform.store.view(tasks);
      const counts = taskStatuses.map((status) => [status, view.count("status", `${clusterPath(bench)}/${status}`)]);
      return Object.fromEntries(counts.filter(([, count]) => count !== 0));
    },
    steadyServices() {
      const all = [...platform.store.view(services).all()];
      const isDone = ({ rolloutState }: { readonly rolloutState?: string }) => rolloutState === "COMPLETED";
      return all.filter(({ value }) => value.deployments.length === 1 && value.deployments.every(isDone)).length;
    },
    decisions: (count) => decisions(platform.store, engine!, count),
  };
  process.on("message", async ({ question, count }: { question: Question; count: number }) => {
    process.send!(await answers[question](count));
  });
  process.on("disconnect", async () => {
    await platform.close();
    process.exit(0);
  });
  process.send!({ port: Number(new URL(platform.endpoint).port), credentials: platform.data.root });
}

/** Kills the container of a task of one service after another; see `Server.decisions`. */
async function decisions(store: StoreHost, engine: FakeHost, count: number): Promise<Decision[]> {
  const times: Decision[] = [];
  for (const { value: service } of [...store.view(services).all()].slice(0, count)) {
    const task = store.view(tasks).by("service", servicePath(service))[0]!;
    const { promise, resolve } = Promise.withResolvers<Decision>();
    let ended: Decision | undefined;
    const subscription = store.observe(({ changes }) => {
      for (const change of changes) {
        const record = change.type === "put" ? (change.entry.value as Partial<TaskRecord>) : {};
        if (record.service?.serviceName !== service.serviceName) continue;
        if (record.id === task.value.id && record.desiredStatus === "STOPPED") ended ??= usedNow();
        else if (record.lastStatus === "PROVISIONING") resolve(since(ended!));
      }
    });
    const container = engine.container(task.value.id, task.value.containers[0]!.name)!;
    container.exit(1);
    times.push(await promise);
    subscription.close();
    // What follows of it is over before the next.
    await new Promise((done) => setTimeout(done, 20));
  }
  return times;
}

function usedNow(): Decision {
  const { user, system } = process.threadCpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

function since(before: Decision): Decision {
  const now = usedNow();
  return { wallMs: now.wallMs - before.wallMs, cpuMs: now.cpuMs - before.cpuMs };
}

/** An engine that answers at once, without an end of processors and memory. */
function fakeEngine({ clock, random }: HostParts): FakeHost {
  return createFakeHost({ clock, random, latencyMs: 0, cpuCores: 100_000, memoryMiB: 2 ** 30 });
}

/** A host with it whose containers run for ever. */
function fakeHost(host: FakeHost): Host {
  return {
    driver: createFakeDriver({ host }),
    network: createFakeNetwork(),
    agentOptions: { cleanupWaitSeconds: 0 },
    journal: memoryJournal(),
    async serve() {},
    problems: async () => [],
    async clear() {},
    async close() {},
  };
}
