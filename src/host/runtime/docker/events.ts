import { sleep } from "#kernel/clock.ts";
import type { Subscription } from "#kernel/store.ts";
import type { RuntimeEvent } from "../driver.ts";
import type { EventAnswer } from "./api.ts";
import type { DockerContext } from "./context.ts";
import { jsonLines } from "./json-lines.ts";
import { callersLabels, label, parseSandboxName } from "./names.ts";

export interface EngineEvents {
  watch(onEvent: (event: RuntimeEvent) => void): Subscription;
  /** Connects without a watcher: the driver itself needs to know of prepared sandboxes. */
  connect(): void;
  close(): void;
}

/** What the driver itself wants to know, before the watchers. */
export interface EventHooks {
  /** The stream is connected, for the first time or again. */
  readonly onConnected: () => Promise<void>;
  readonly onPreparedEnded: (id: string) => void;
  readonly onRemoved: (id: string) => void;
  /** Whether the engine is right to say that a container was killed for memory. */
  readonly wasOomKilled: (id: string, cgroup: string | undefined) => boolean;
}

const firstDelayMs = 50;
const longestDelayMs = 5000;
/** The engine opens its answer before it listens; asking for the last moments too closes that gap. */
const overlapSeconds = 2;

const kinds: Readonly<Record<string, "started" | "exited" | "health" | "removed" | "oom">> = {
  start: "started",
  die: "exited",
  oom: "oom",
  destroy: "removed",
  remove: "removed", // podman's word
  health_status: "health",
};

/** One stream of events for all watchers, connected again whenever it breaks. */
export function createEngineEvents(context: DockerContext, hooks: EventHooks): EngineEvents {
  const watchers = new Set<(event: RuntimeEvent) => void>();
  const closing = new AbortController();
  let state: "idle" | "connecting" | "connected" | "lost" = "idle";
  let lostCause = "";

  const tell = (event: RuntimeEvent) => {
    for (const watcher of [...watchers]) watcher(event);
  };

  const take = (answer: EventAnswer) => {
    const event = toRuntimeEvent(context.owner, answer);
    if (event === undefined) return;
    if (event === "prepared-ended") hooks.onPreparedEnded(answer.Actor.ID);
    else {
      const cgroup = answer.Actor.Attributes[label.cgroup];
      if (event.type === "oom" && !hooks.wasOomKilled(event.containerId, cgroup)) return;
      if (event.type === "removed") hooks.onRemoved(event.containerId);
      tell(event);
    }
  };

  const listen = async (onConnected: () => Promise<void>) => {
    const stream = await context.client.stream("GET", "/events", {
      query: {
        since: Math.floor(context.clock.now() / 1000) - overlapSeconds,
        filters: { type: ["container"], label: [`${label.owner}=${context.owner}`], event: Object.keys(kinds) },
      },
      signal: closing.signal,
    });
    try {
      await onConnected();
      for await (const line of jsonLines(stream)) take(line as EventAnswer);
    } finally {
      stream.destroy();
    }
    throw new Error("the event stream has ended");
  };

  const run = async () => {
    let delayMs = firstDelayMs;
    state = "connecting";
    while (!closing.signal.aborted) {
      try {
        await listen(async () => {
          await hooks.onConnected();
          delayMs = firstDelayMs;
          state = "connected";
          tell({ type: "resync" });
        });
      } catch (error) {
        if (closing.signal.aborted) return;
        const first = state !== "lost";
        state = "lost";
        lostCause = (error as Error).message;
        context.forgetEngine();
        if (first) tell({ type: "unavailable", cause: lostCause });
      }
      await sleep(context.clock, delayMs, closing.signal).catch(() => {}); // closing ends the loop
      delayMs = Math.min(longestDelayMs, delayMs * 2);
    }
  };

  const connect = () => {
    if (state === "idle") void run();
  };

  return {
    watch(onEvent) {
      watchers.add(onEvent);
      connect();
      queueMicrotask(() => {
        if (!watchers.has(onEvent)) return;
        if (state === "connected") onEvent({ type: "resync" });
        if (state === "lost") onEvent({ type: "unavailable", cause: lostCause });
      });
      return { close: () => watchers.delete(onEvent) };
    },
    connect,
    close() {
      closing.abort();
      watchers.clear();
    },
  };
}

/** The port's event for an engine's, or undefined when it concerns nobody. */
export function toRuntimeEvent(owner: string, answer: EventAnswer): RuntimeEvent | "prepared-ended" | undefined {
  const { ID: containerId, Attributes: attributes } = answer.Actor;
  const type = kinds[answer.Action.split(":")[0]!];
  if (type === undefined) return undefined;
  if (attributes[label.role] === "container") {
    const { name: _, image: __, exitCode: ___, signal: ____, ...labels } = attributes;
    return { type, containerId, labels: callersLabels(labels), sandboxName: attributes[label.sandboxName] ?? "" };
  }
  const parsed = parseSandboxName(owner, attributes.name ?? "");
  if (parsed === undefined) return undefined;
  if (parsed === "prepared") return type === "exited" ? "prepared-ended" : undefined;
  return { type, containerId, labels: {}, sandboxName: parsed.name };
}
