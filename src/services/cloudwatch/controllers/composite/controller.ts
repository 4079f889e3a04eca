import { type Controller, watch } from "#kernel/controller.ts";
import { actionPuts, stateHistory } from "../../alarms/transition.ts";
import { alarmKey, alarms, historyPuts, worldOf } from "../../model.ts";
import { planComposite } from "./plan.ts";

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
      const stateOf = (name: string) => view.get(alarmKey(before, name))?.value.stateValue;
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
