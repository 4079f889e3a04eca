import type { Collection, StateMachine } from "#kernel/store.ts";

/**
 * Why `component` may not replace the record `previous` by `next` (undefined: absent), or undefined when it may.
 * A record that stays in its state may be written by anyone.
 */
export function refusal<T>(
  collection: Collection<T, string> | Collection<T, never>,
  component: string,
  previous: T | undefined,
  next: T | undefined,
): string | undefined {
  for (const machine of collection.machines ?? []) {
    const from = previous === undefined ? undefined : machine.state(previous);
    const to = next === undefined ? undefined : machine.state(next);
    if (from === to || isLegal(machine, component, from, to)) continue;
    return `${component} may not take a record of ${collection.name} from ${from ?? "absent"} to ${to ?? "DELETED"}`;
  }
  return undefined;
}

function isLegal<T>(
  machine: StateMachine<T>,
  component: string,
  from: string | undefined,
  to: string | undefined,
): boolean {
  if (from === undefined) return to !== undefined && machine.initial.includes(to);
  if (to === undefined && machine.removable) return true;
  const target = to ?? "DELETED";
  // Own members only: a component's name must not find `constructor`.
  if (!Object.hasOwn(machine.transitions, component)) return false;
  return machine.transitions[component]!.some((transition) => transition[0] === from && transition[1] === target);
}
