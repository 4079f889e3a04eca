import { type Controller, watch } from "#kernel/controller.ts";
import { uuid } from "#kernel/random.ts";
import type { Key } from "#kernel/store.ts";
import { type RuleRecord, ruleArn, rules } from "../../model.ts";
import { Publication } from "../../publish.ts";
import { planSchedule } from "./plan.ts";

/**
 * Sends the events of scheduled rules. That a time was seen to, and what has to be delivered for it, is one commit: no
 * time is missed, and none has its targets run twice.
 */
export const scheduleController: Controller = {
  name: "events.schedule",
  startsTasks: true,
  watches: [watch(rules, ({ key, value }) => (value.timing === undefined ? [] : [key]))],
  async reconcile(key, { store, clock, random }) {
    const rule = await store.get(key as Key<RuleRecord>);
    if (rule.value?.timing === undefined) return;
    const now = clock.now();
    const plan = planSchedule(rule.value, now);
    const { value } = rule;
    if ("recount" in plan) {
      const recounted: RuleRecord = { ...value, timing: { ...value.timing, ...plan.recount } };
      await store.commit({ unchanged: [rule], put: [{ key: rule.key, value: recounted }] });
      return;
    }
    if (!("fire" in plan)) return plan.nextAt === undefined ? undefined : { lookAgainAt: plan.nextAt };
    const publication = new Publication({ store, now, random });
    publication.fire(value, {
      ...{ id: uuid(random), time: plan.fire, source: "aws.events", detailType: "Scheduled Event", detail: "{}" },
      ...{ account: value.account, region: value.region, resources: [ruleArn(value, value.busName, value.name)] },
    });
    const fired: RuleRecord = { ...value, timing: { ...rule.value.timing, firedAt: plan.fire } };
    await store.commit({ unchanged: [rule], put: [{ key: rule.key, value: fired }, ...publication.puts] });
  },
};
