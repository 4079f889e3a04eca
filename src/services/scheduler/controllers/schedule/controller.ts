import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { uuid } from "#kernel/random.ts";
import type { Key, Put } from "#kernel/store.ts";
import { type DeliveryRecord, defaultRetry, deliveryKey } from "#services/events/model.ts";
import { type ScheduleRecord, scheduleArn, schedules } from "../../model.ts";
import { planSchedule } from "./plan.ts";

/**
 * Invokes the targets of schedules. That a time was seen to, and what has to be delivered for it, is one commit: none
 * is missed, and none has its target invoked twice. What is over and is to be deleted then goes in the same commit.
 */
export const scheduleController: Controller = {
  name: "scheduler.schedule",
  startsTasks: true,
  watches: [watch(schedules, ({ key, value }) => (value.state === "ENABLED" ? [key] : []))],
  async reconcile(key, ctx) {
    const schedule = await ctx.store.get(key as Key<ScheduleRecord>);
    if (schedule.value?.state !== "ENABLED") return;
    const { value } = schedule;
    const plan = planSchedule(value, ctx.clock.now());
    const deletes = value.actionAfterCompletion === "DELETE";
    if (plan === "over") {
      // One that never had a time stays, for its owner to see.
      if (deletes && value.firedAt !== undefined) await ctx.store.commit({ unchanged: [schedule], remove: [key] });
      return;
    }
    if ("recount" in plan) {
      const recounted: ScheduleRecord = { ...value, ...plan.recount };
      await ctx.store.commit({ unchanged: [schedule], put: [{ key: schedule.key, value: recounted }] });
      return;
    }
    if ("nextAt" in plan) return { lookAgainAt: plan.nextAt };
    const delivery = invocation(value, plan.fire, ctx);
    const isDone = deletes && plan.isLast;
    const fired: Put = { key, value: { ...value, firedAt: plan.fire } satisfies ScheduleRecord };
    await ctx.store.commit({
      unchanged: [schedule],
      put: isDone ? [delivery] : [fired, delivery],
      ...(isDone && { remove: [key] }),
    });
  },
};

/** The delivery for one time: at once, or somewhere in the flexible window. */
function invocation(schedule: ScheduleRecord, time: number, { clock, random }: ControllerContext): Put {
  const arn = scheduleArn(schedule);
  const id = uuid(random);
  const now = clock.now();
  const windowMs = (schedule.maximumWindowInMinutes ?? 0) * 60_000;
  const startsAt = windowMs === 0 ? now : Math.max(now, time + Math.floor(random.float() * windowMs));
  const { Input, RetryPolicy } = schedule.target;
  const record: DeliveryRecord = {
    ...{ account: schedule.account, region: schedule.region, originArn: arn, queue: arn, position: 0, via: [] },
    ...{ address: schedule.address, input: filled(Input ?? "{}", { arn, id, time }), isOwnInput: Input !== undefined },
    ...{ eventId: id, eventTime: time, createdAt: startsAt, nextAttemptAt: startsAt, attempts: 0 },
    retry: { ...defaultRetry, ...RetryPolicy },
  };
  return { key: deliveryKey(schedule, id), value: record };
}

/** Context attributes (Scheduler User Guide); the number of the attempt is filled in with each. */
function filled(input: string, { arn, id, time }: { arn: string; id: string; time: number }): string {
  return input
    .replaceAll("<aws.scheduler.schedule-arn>", arn)
    .replaceAll("<aws.scheduler.scheduled-time>", `${new Date(time).toISOString().slice(0, 19)}Z`)
    .replaceAll("<aws.scheduler.execution-id>", id);
}
