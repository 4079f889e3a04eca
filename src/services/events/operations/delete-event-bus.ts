import { Fault } from "#kernel/fault.ts";
import { busKey, busPath, busReference, defaultBusName, rules } from "../model.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DeleteEventBus: EventsHandler<"DeleteEventBus"> = async ({ Name }, ctx) => {
  const { name, ...world } = busReference(ctx, Name);
  if (name === defaultBusName) throw new Fault("ValidationException", "Cannot delete event bus default.");
  const bus = await ctx.store.get(busKey(world, name));
  if (bus.value === undefined) return {};
  if (ctx.store.view(rules).count("bus", busPath({ ...world, busName: name })) > 0) {
    throw new Fault("ValidationException", "Event bus can't be deleted since it has rules.");
  }
  await ctx.store.commit({ unchanged: [bus], remove: [bus.key] });
  return {};
};
