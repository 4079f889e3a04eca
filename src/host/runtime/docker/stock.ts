import type { Timer } from "#kernel/clock.ts";
import { hex } from "#kernel/random.ts";
import type { ContainerAnswer } from "./api.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { label, parseSandboxName, preparedContainerName } from "./names.ts";
import type { PauseContainers } from "./pause.ts";
import { inspect, list } from "./requests.ts";

/**
 * Isolated sandboxes made ahead, so that starting a task costs no more than its own containers. They are ordinary pause
 * containers under names that no sandbox can have; claiming one renames it, which an engine does in a millisecond.
 */
export interface Stock {
  /** How many to keep; 0 removes them. Resolves when there are no more than that. */
  prepare(count: number): Promise<void>;
  /** A running one under its new name; `taken` when the name is in use; undefined when there is none. */
  claim(name: string): Promise<ContainerAnswer | "taken" | undefined>;
  /** Takes over those of an earlier process and removes the ended ones: after a start and after the engine's. */
  reconcile(): Promise<void>;
  /** A pause container has ended. */
  ended(id: string): void;
  /** Whether one is being made. */
  busy(): boolean;
  /** The engine is being asked for something that a user waits for; the returned function tells of its end. */
  working(): () => void;
  /** Resolves when what is being made or removed is. */
  close(): Promise<void>;
}

interface Prepared {
  readonly id: string;
  readonly cgroup: string | undefined;
}

/** The engine counts as idle when nobody has waited for it this long. */
const idleMs = 150;
const retryMs = 5000;

export function createStock(context: DockerContext, pauses: PauseContainers): Stock {
  const ready: Prepared[] = [];
  /** Being renamed: the engine may still list them under their old names. */
  const claiming = new Set<string>();
  let wanted = 0;
  let workers = 0;
  let making: Promise<void> | undefined;
  let reconciling: Promise<void> | undefined;
  let closed = false;
  let timer: Timer | undefined;

  const discarding = new Set<Promise<void>>();
  const discard = async (prepared: Prepared) => {
    const removal = pauses
      .remove(prepared.id, prepared.cgroup)
      .catch((error) => context.log(`A prepared sandbox could not be removed: ${error.message}`));
    discarding.add(removal);
    await removal.finally(() => discarding.delete(removal));
  };

  const makeOne = async () => {
    const id = hex(context.random, 12);
    const hostname = `estiva-${id}`;
    const spec = {
      hostname,
      network: "isolated",
      portMappings: [],
      sysctls: {},
      sharePid: true,
      shareIpc: true,
    } as const;
    const answer = await pauses.run(preparedContainerName(context.owner, id), spec, {});
    const prepared = { id: answer.Id, cgroup: answer.Config.Labels?.[label.cgroup] };
    if (ready.length < wanted && !closed) ready.push(prepared);
    else await discard(prepared);
  };

  const removeSurplus = async () => {
    while (ready.length > wanted) await discard(ready.pop()!);
  };

  const refill = async () => {
    if (making || workers > 0) return;
    let delayMs = 0;
    making = (ready.length < wanted ? makeOne() : removeSurplus()).catch((error: Error) => {
      context.log(`A sandbox could not be prepared: ${error.message}`);
      delayMs = retryMs;
    });
    await making;
    making = undefined;
    schedule(delayMs);
  };

  const schedule = (delayMs: number) => {
    if (closed || making || workers > 0 || ready.length === wanted) return;
    timer?.cancel();
    timer = context.clock.after(delayMs, () => void refill());
  };

  const claimOne = async (prepared: Prepared, name: string): Promise<ContainerAnswer | "taken" | undefined> => {
    try {
      await context.client.call("POST", `/containers/${prepared.id}/rename`, { query: { name } });
    } catch (error) {
      if (hasReason(error, "Conflict")) {
        ready.push(prepared);
        return "taken";
      }
      if (hasReason(error, "NotFound")) return undefined;
      ready.push(prepared);
      throw error;
    }
    const answer = await inspect(context, prepared.id);
    if (answer?.State.Running) return answer;
    await discard(prepared);
    return undefined;
  };

  const takeOver = async () => {
    await making;
    const known = new Set([...claiming, ...ready.map((prepared) => prepared.id)]);
    const found = (await list(context, { [label.role]: "sandbox" })).filter((entry) =>
      entry.Names.some((name) => parseSandboxName(context.owner, name) === "prepared"),
    );
    const alive = new Set(found.filter((entry) => entry.State === "running").map((entry) => entry.Id));
    for (let i = ready.length - 1; i >= 0; i--) if (!alive.has(ready[i]!.id)) ready.splice(i, 1);
    for (const entry of found) {
      const prepared = { id: entry.Id, cgroup: entry.Labels?.[label.cgroup] };
      if (entry.State !== "running") await discard(prepared);
      else if (!known.has(entry.Id)) ready.push(prepared);
    }
  };

  const working = () => {
    workers++;
    timer?.cancel();
    return () => {
      workers--;
      schedule(idleMs);
    };
  };

  const reconcile = async () => {
    // What is half made would look like a leftover: nothing is made meanwhile.
    const done = working();
    reconciling ??= takeOver().finally(() => (reconciling = undefined));
    await reconciling.finally(done);
  };

  return {
    async prepare(count) {
      wanted = count;
      // When none are to be left, those of an earlier process are none that may be forgotten.
      // A look that the event stream began is that one's to tell of and to repeat, as when the engine is just starting.
      if (count > 0) await reconciling?.catch(() => undefined);
      else {
        await reconcile().catch((error) => context.log(`Prepared sandboxes could not be listed: ${error.message}`));
      }
      // One that is being made is discarded when it is done, if it is one too many by then.
      await making;
      await removeSurplus();
      schedule(0);
    },
    async claim(name) {
      for (let prepared = ready.shift(); prepared !== undefined; prepared = ready.shift()) {
        const { id } = prepared;
        claiming.add(id);
        const claimed = await claimOne(prepared, name).finally(() => claiming.delete(id));
        if (claimed !== undefined) return claimed;
      }
      return undefined;
    },
    reconcile,
    ended(id) {
      const at = ready.findIndex((prepared) => prepared.id === id);
      if (at < 0) return;
      const [prepared] = ready.splice(at, 1);
      void discard(prepared!).then(() => schedule(idleMs));
    },
    busy: () => making !== undefined,
    working,
    async close() {
      closed = true;
      timer?.cancel();
      await Promise.all([making, ...discarding]);
    },
  };
}
