import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { backoffMs } from "#host/agent/backoff.ts";
import { createIntervals } from "#host/agent/telemetry/intervals.ts";
import type { HostNetwork } from "#host/network/network.ts";
import type { RuntimeDriver, RuntimeEvent } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { LoadBalancerNode, LoadBalancersMessage, LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { nodeOfSandbox, nodeOfTask } from "./home.ts";
import { NodeActor } from "./node.ts";
import { createReporter } from "./reporter.ts";

/** The load balancer nodes of a host. */
export interface LoadBalancerNodes {
  /** Takes up what earlier runs left: their nodes go on until a message says otherwise. */
  load(): Promise<void>;
  /** Level-triggered: the message replaces the one before it, and nodes that it does not name are removed. */
  apply(message: LoadBalancersMessage): void;
  /** Interfaces have become known to the host's network. */
  networkChanged(): void;
  onRuntimeEvent(event: RuntimeEvent): void;
  /** Resolves when the proxy of this task serves, which a message may yet have to bring, or after so long. */
  whenTaskServed(taskId: string, withinMs: number): Promise<void>;
  /** Whether a node has this interface, so that nobody else takes it away. */
  hasInterface(networkInterfaceId: string): boolean;
  /** Why nodes are not as they should be. */
  waiting(): readonly { readonly nodeId: string; readonly reason: string }[];
  /** Takes all off the host; messages that come later change nothing. */
  removeAll(): void;
  /** Ends the manager, not the nodes: the next one finds them. */
  stop(): Promise<void>;
}

export interface LoadBalancerNodesDeps {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly endpoint: LoadBalancingEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** To identity providers. */
  readonly send: SendHttp;
  /** A folder of the nodes' own: one in it for each. */
  readonly folder: string;
  /** Whether the host's network has been told of an interface. */
  readonly knowsInterface: (networkInterfaceId: string) => boolean;
  /** How often it is told what nodes have done. */
  readonly metricsIntervalMs: number;
  /** Takes the output of a proxy's container to where the node says. Following twice changes nothing. */
  readonly follow: (node: LoadBalancerNode, containerId: string) => void;
}

export function createLoadBalancerNodes(deps: LoadBalancerNodesDeps): LoadBalancerNodes {
  const { driver, network, clock, random, log, send, folder } = deps;
  const reporter = createReporter(deps);
  const actors = new Map<string, NodeActor>();
  const intervals = createIntervals({
    ...{ clock, intervalMs: deps.metricsIntervalMs },
    isNeeded: () => actors.size > 0,
    pass: (to) => publishTraffic(deps, [...actors], to),
  });
  const waiters = new Map<string, Set<() => void>>();
  let isOver = false;
  const actorOf = (nodeId: string): NodeActor => {
    const known = actors.get(nodeId);
    if (known !== undefined) return known;
    const actor = new NodeActor(nodeId, {
      ...{ driver, network, clock, random, log, send, reporter },
      folder: join(folder, nodeId),
      knowsInterface: deps.knowsInterface,
      follow: deps.follow,
      backoff: (failures) => backoffMs(failures, 30_000, random),
      onServing() {
        for (const goOn of waiters.get(nodeId) ?? []) goOn();
      },
      onGone: () => actors.delete(nodeId),
    });
    actors.set(nodeId, actor);
    intervals.arm();
    return actor;
  };
  return {
    async load() {
      for (const nodeId of await readdir(folder).catch(absent([]))) {
        const id = await readFile(join(folder, nodeId, "interface"), "utf8").catch(absent(undefined));
        actorOf(nodeId).adopt(id);
      }
    },
    apply(message) {
      if (isOver) return;
      const wanted = new Set(message.nodes.map(({ nodeId }) => nodeId));
      for (const node of message.nodes) actorOf(node.nodeId).want(node, message.seqNum);
      for (const [nodeId, actor] of actors) if (!wanted.has(nodeId)) actor.remove();
    },
    removeAll() {
      isOver = true;
      for (const actor of actors.values()) actor.remove();
    },
    networkChanged() {
      for (const actor of actors.values()) actor.retryNow();
    },
    onRuntimeEvent(event) {
      if (event.type === "unavailable") return;
      if (event.type === "resync") for (const actor of actors.values()) actor.check();
      else onNodeEvent(event, actors.get(nodeOfSandbox(event.sandboxName)));
    },
    async whenTaskServed(taskId, withinMs) {
      const nodeId = nodeOfTask(taskId);
      if (actors.get(nodeId)?.isServing) return;
      const waiting = waiters.get(nodeId) ?? new Set();
      waiters.set(nodeId, waiting);
      await new Promise<void>((resolve) => {
        const goOn = () => {
          timer.cancel();
          waiting.delete(goOn);
          if (waiting.size === 0) waiters.delete(nodeId);
          resolve();
        };
        const timer = clock.after(withinMs, goOn);
        waiting.add(goOn);
      });
    },
    hasInterface: (id) => [...actors.values()].some((actor) => actor.networkInterfaceId === id),
    waiting: () => [...actors.values()].flatMap((actor) => actor.waiting() ?? []),
    async stop() {
      intervals.stop();
      await Promise.all([...actors.values()].map((actor) => actor.stop()));
      reporter.stop();
    },
  };
}

/** One reading of each node's counters. What cannot be told now is told with the next interval. */
async function publishTraffic(
  { endpoint, log, metricsIntervalMs }: LoadBalancerNodesDeps,
  actors: readonly (readonly [string, NodeActor])[],
  to: number,
): Promise<void> {
  for (const [nodeId, actor] of actors) {
    try {
      const traffic = await actor.takeTraffic();
      if (traffic !== undefined) {
        await endpoint.publishTraffic({ nodeId, from: to - metricsIntervalMs, to, ...traffic });
      }
    } catch (error) {
      // A proxy that is just starting, or has ended with its task.
      const level = error instanceof DriverError && error.retryable ? "debug" : "warn";
      log[level]("What a load balancer node has done is not known", { nodeId, error: String(error) });
    }
  }
}

/** What there is instead of a file or folder that does not exist; any other failure is one. */
function absent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}

/** Whatever ends is looked at: HAProxy is started again without the platform, a sandbox is not. */
function onNodeEvent({ type }: RuntimeEvent, actor: NodeActor | undefined): void {
  if (type === "exited" || type === "removed") actor?.check();
  // The sandbox of a task that it waited for.
  else if (type === "started" && actor?.waiting() !== undefined) actor.retryNow();
}
