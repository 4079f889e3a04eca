import { type Controller, watch } from "#kernel/controller.ts";
import type { View } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { actionPuts, stateHistory } from "../../alarms/transition.ts";
import { type AlarmRecord, alarmKey, alarms, historyPuts } from "../../model.ts";
import { isSettled, planComposite } from "./plan.ts";

/**
 * Keeps composite alarms in step with the alarms that their rules name. The key is an account and region. A change that
 * comes of it makes the key due again, until all agree.
 */
export const compositeController: Controller = {
  name: "cloudwatch.composite-alarm",
  watches: [watch(alarms, ({ value }) => [worldOf(value)])],
  async reconcile(key, { store, clock, random }) {
    const now = clock.now();
    const view = store.view(alarms);
    let lookAgainAt = Number.POSITIVE_INFINITY;
    for (const entry of view.by("world", key)) {
      const before = entry.value;
      if (before.type !== "composite") continue;
      const stateOf = statesIn(view, before);
      const { alarm, act, lookAgainAt: at } = planComposite(before, stateOf, now);
      lookAgainAt = Math.min(lookAgainAt, at ?? lookAgainAt);
      if (alarm === before && !act) continue;
      const history = alarm.stateValue === before.stateValue ? [] : historyPuts([stateHistory(before, alarm)]);
      const actions = act ? actionPuts(before, alarm, random) : [];
      await store.commit({ unchanged: [entry], put: [{ key: entry.key, value: alarm }, ...history, ...actions] });
    }
    return Number.isFinite(lookAgainAt) ? { lookAgainAt } : undefined;
  },
};

/** Whether all composite alarms of an account and region have seen the states of the others as they are now. */
export function haveCompositesFollowed(view: View<AlarmRecord, "world">, world: World, now: number): boolean {
  for (const { value } of view.by("world", worldOf(world))) {
    if (value.type === "composite" && !isSettled(value, statesIn(view, value), now)) return false;
  }
  return true;
}

function statesIn(view: View<AlarmRecord, "world">, world: World) {
  return (name: string) => view.get(alarmKey(world, name))?.value.stateValue;
}
