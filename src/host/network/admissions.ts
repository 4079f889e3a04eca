import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Names } from "./names.ts";
import type { TaskPlace } from "./network.ts";

/** How long after a start the agent may take to tell of the tasks that it has found. */
const adoptionMs = 60_000;

/**
 * Tasks without an interface. After a start of the platform those of the run before count for a while too, whatever
 * they were called, so that nobody who connects to them just then is refused.
 */
export class Admissions {
  readonly #tasks = new Map<string, TaskPlace>();
  /** Without those of tasks that have been told of again. */
  #former: readonly TaskPlace[] = [];

  get places(): readonly TaskPlace[] {
    return [...this.#tasks.values(), ...this.#former];
  }

  admit(taskId: string, place: TaskPlace): void {
    this.#tasks.set(taskId, place);
    this.#former = this.#former.filter((each) => !isSame(each, place));
  }

  /** Whether it had been admitted. */
  dismiss(taskId: string): boolean {
    return this.#tasks.delete(taskId);
  }

  clear(): void {
    this.#tasks.clear();
    this.#former = [];
  }

  /** Takes the table of the run before, as `showHostTable` prints it; `look` brings what counts later in force. */
  adopt(table: string, { clock, log }: { readonly clock: Clock; readonly log: Log }, look: () => Promise<void>): void {
    this.#former = placesIn(table);
    if (this.#former.length === 0) return;
    clock.after(adoptionMs, () => {
      this.#former = [];
      look().catch((error: unknown) => log.warn("Tasks of an earlier run could not be shut out", { error }));
    });
  }
}

/** Prints the platform's table on the host in nft's JSON; nothing where there is none. */
export function showHostTable({ hostTable }: Names): string {
  return `nft -j list table inet ${hostTable} 2>/dev/null || :`;
}

interface Listed {
  readonly set?: { readonly name: string; readonly elem?: readonly (string | number)[] };
}

/** An address or a port of TCP each: which of them are one task's is not known. */
function placesIn(json: string): TaskPlace[] {
  if (json.trim() === "") return [];
  const { nftables } = JSON.parse(json) as { readonly nftables: readonly Listed[] };
  const elements = (name: string) => nftables.find(({ set }) => set?.name === name)?.set?.elem ?? [];
  return [
    ...elements("tasks").map((address) => ({ address: String(address) })),
    ...elements("ports").map((port) => ({ ports: [Number(port)] })),
  ];
}

function isSame(former: TaskPlace, { address, ports = [] }: TaskPlace): boolean {
  return former.address === undefined
    ? former.ports!.every((port) => ports.includes(port))
    : former.address === address;
}
