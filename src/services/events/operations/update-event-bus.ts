import { busArn } from "../model.ts";
import { checkBusOptions } from "../request/bus-options.ts";
import { replaceBus, requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const UpdateEventBus: EventsHandler<"UpdateEventBus"> = async (input, ctx) => {
  checkBusOptions(input);
  const found = requireBus(ctx, input.Name);
  const { description: before, ...bus } = found.bus;
  const description = input.Description ?? before;
  const changed = { ...bus, ...(description !== undefined && { description }) };
  await replaceBus(ctx, found, changed);
  return { Arn: busArn(bus, bus.name), Name: bus.name, Description: description };
};
