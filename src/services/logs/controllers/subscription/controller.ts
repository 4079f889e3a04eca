import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import type { Entry, Key, Put } from "#kernel/store.ts";
import { type DeliveryRecord, defaultRetry, deliveries, deliveryKey } from "#services/events/model.ts";
import { logGroupArn, logStreams, type SubscriptionFilterRecord, subscriptionFilters } from "../../model.ts";
import { compileFilterPattern } from "../../patterns/filter-pattern.ts";
import type { LogStorage, StoredAfter } from "../../segments/storage.ts";
import { addressOf } from "./destination.ts";
import { piecesOf, subscriptionQueue } from "./plan.ts";

/** So long events gather, to be handed on together. */
const gatherMs = 500;
/** After so long a destination that took nothing is looked at again. */
const waitMs = 1000;
/** A destination that takes nothing has so many deliveries wait; the events behind them wait in their segments. */
const mostWaiting = 100;

/**
 * Hands what was stored on to subscribers: half a second after the first new event what is new becomes deliveries of
 * EventBridge, which carry it to the destination with their retries, in the commit that notes how far it has come. So
 * no event is lost by a restart, and none handed on twice.
 */
export function subscriptionController(storage: LogStorage): Controller {
  return {
    name: "logs.subscription",
    watches: [watch(subscriptionFilters, ({ key }) => [key])],
    wakes(due, store) {
      const filters = store.view(subscriptionFilters);
      return storage.followAll((groupId) => {
        for (const { key } of filters.by("group", groupId)) due(key, gatherMs);
      });
    },
    async reconcile(key, ctx) {
      const filter = await ctx.store.get(key as Key<SubscriptionFilterRecord>);
      if (filter.value === undefined) return;
      const waiting = ctx.store.view(deliveries).count("queue", subscriptionQueue(filter.value));
      if (waiting >= mostWaiting) return { lookAgainAt: ctx.clock.now() + waitMs };
      const stored = await readStored(storage, filter.value);
      if (stored === undefined || stored.next === filter.value.position) return;
      // The commit makes this filter due again: there may be more.
      await ctx.store.commit({ unchanged: [filter], put: putsFor(filter, stored, ctx) });
    },
  };
}

/** Undefined: the group is being removed. */
async function readStored(
  storage: LogStorage,
  { groupId, position }: SubscriptionFilterRecord,
): Promise<StoredAfter | undefined> {
  try {
    return await storage.readAfter(groupId, position);
  } catch (error) {
    if (error instanceof DriverError && error.reason === "NotFound") return undefined;
    throw error;
  }
}

function putsFor(
  { key, value: filter }: Entry<SubscriptionFilterRecord>,
  { events, next }: StoredAfter,
  { store, clock, random }: ControllerContext,
): Put[] {
  const streams = store.view(logStreams);
  const { matches } = compileFilterPattern(filter.filterPattern);
  const nameOf = (streamId: string) => streams.by("id", streamId)[0]?.value.logStreamName;
  const now = clock.now();
  const puts = piecesOf(filter, events, { matches, nameOf }).map(({ input, eventTime }, position): Put => {
    const value: DeliveryRecord = {
      ...{ account: filter.account, region: filter.region, originArn: logGroupArn(filter) },
      ...{ queue: subscriptionQueue(filter), position, address: addressOf(filter.destinationArn), input },
      ...{ isOwnInput: true, eventTime, eventId: uuid(random), via: [], retry: defaultRetry },
      ...{ createdAt: now, attempts: 0 },
    };
    return { key: deliveryKey(filter, uuid(random)), value };
  });
  return [{ key, value: { ...filter, position: next } }, ...puts];
}
