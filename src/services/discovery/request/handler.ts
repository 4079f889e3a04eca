import type { Operations } from "#generated/servicediscovery/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type DiscoveryHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;
