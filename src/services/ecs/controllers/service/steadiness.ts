import type { Draft } from "./draft.ts";

/** "The service scheduler reports the status periodically" ("Service event messages"): on AWS every six hours. */
const toldAgainMs = 6 * 3_600_000;

/** Whether nothing is left to do: it is told when it comes to that, and again as long as it stays so. */
export function noteSteadiness(draft: Draft, steady: boolean): void {
  const { steady: before, steadyToldAt = 0 } = draft.service;
  const { now } = draft.view;
  if (!steady) {
    if (before) draft.change({ steady });
    return;
  }
  const isDue = !before || now >= steadyToldAt + toldAgainMs;
  if (isDue) {
    draft.change({ steady, steadyToldAt: now });
    draft.tell((words) => words.steady());
  }
  draft.looks.push((isDue ? now : steadyToldAt) + toldAgainMs);
}
