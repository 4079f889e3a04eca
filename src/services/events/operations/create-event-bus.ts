import { Fault } from "#kernel/fault.ts";
import { worldOf } from "#kernel/world.ts";
import { busArn, busIfAny, busKey, defaultBusName, type EventBusRecord, eventBuses } from "../model.ts";
import { checkBusOptions } from "../request/bus-options.ts";
import type { EventsHandler } from "../request/handler.ts";
import { limitExceeded, refuse } from "../request/refusals.ts";
import { withTags } from "../request/tags.ts";

/** AWS's quota, with the default bus. */
const mostBuses = 100;

export const CreateEventBus: EventsHandler<"CreateEventBus"> = async (input, ctx) => {
  refuse(input.EventSourceName, "EventSourceName", "there are no partner event sources.");
  checkBusOptions(input);
  const { Name: name, Description: description } = input;
  const read = await ctx.store.get(busKey(ctx, name));
  if (name === defaultBusName || busIfAny(ctx.store, ctx, name) !== undefined) {
    throw new Fault("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
  }
  if (ctx.store.view(eventBuses).count("world", worldOf(ctx)) >= mostBuses) throw limitExceeded();
  const now = ctx.clock.now();
  const value: EventBusRecord = {
    ...{ account: ctx.account, region: ctx.region, name, tags: withTags({}, input.Tags) },
    ...(description !== undefined && { description }),
    ...{ creationTime: now, lastModifiedTime: now },
  };
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value }] });
  return { EventBusArn: busArn(ctx, name), Description: description };
};
