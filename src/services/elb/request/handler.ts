import type { Operations } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Handler } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type ElbHandler<Name extends keyof Operations> = Handler<Operations[Name]["input"], Operations[Name]["output"]>;

/** What is wrong with the request, whatever the state of things. */
export function invalid(message: string): Fault {
  return new Fault("ValidationError", message);
}

/** What AWS has and this platform does not: refused, with what to do instead. */
export function unsupported(message: string): Fault {
  return new Fault("InvalidConfigurationRequestException", message);
}
