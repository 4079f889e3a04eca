import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { deliveryControllers } from "./controllers/delivery/controller.ts";
import { scheduleController } from "./controllers/schedule/controller.ts";
import type { DeliveryPorts } from "./delivery/ports.ts";
import { apiDestinations, connections, deliveries, eventBuses, rules } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { EventsParts } from "./request/handler.ts";

export type { DeliveryPorts } from "./delivery/ports.ts";
export { sourceEvents } from "./source-events.ts";

export const eventsCollections = [apiDestinations, connections, deliveries, eventBuses, rules];
export type EventsOptions = EventsParts & DeliveryPorts;

/** Amazon EventBridge. */
export function createEvents(options: EventsOptions): ServiceModule {
  return {
    name: "events",
    operations: createOperations(options),
    controllers: [scheduleController, ...deliveryControllers(options)],
    collections: eventsCollections,
    authorization,
  };
}
