import type { KeyRecord } from "../../model.ts";

/** What is due for a key. */
export type KeyPlan =
  | { readonly type: "idle" }
  | { readonly type: "wait"; readonly until: number }
  | { readonly type: "remove" }
  | { readonly type: "rotate"; readonly rotation: NonNullable<KeyRecord["rotation"]> };

const dayMs = 86_400_000;

/**
 * A key is removed at the end of its waiting period. Automatic rotation rests while a key cannot be used, and catches
 * up once when it can be again.
 */
export function planKey({ state, deletion, rotation }: KeyRecord, now: number): KeyPlan {
  if (state === "PendingDeletion" && deletion !== undefined) {
    return now >= deletion.at ? { type: "remove" } : { type: "wait", until: deletion.at };
  }
  if (state !== "Enabled" || rotation === undefined) return { type: "idle" };
  if (now < rotation.nextAt) return { type: "wait", until: rotation.nextAt };
  const periodMs = rotation.periodInDays * dayMs;
  const missed = Math.floor((now - rotation.nextAt) / periodMs);
  return { type: "rotate", rotation: { ...rotation, nextAt: rotation.nextAt + (missed + 1) * periodMs } };
}
