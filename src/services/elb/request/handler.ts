import type { Operations } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** A handler of one of the service's operations, typed by its model. */
export type ElbHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface ElbParts {
  /** Seals the secrets of clients, and the keys of sessions. */
  readonly box: SecretBox;
}

/** What is wrong with the request, whatever the state of things. */
export function invalid(message: string): Fault {
  return new Fault("ValidationError", message);
}

/** What AWS has and this platform does not: refused, with what to do instead. */
export function unsupported(message: string): Fault {
  return new Fault("InvalidConfigurationRequestException", message);
}
