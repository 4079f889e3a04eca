import { Fault } from "#kernel/fault.ts";

/** What Amazon ECS answers to nearly everything that a request may not say. */
export function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
