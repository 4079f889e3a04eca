import type { Operations } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** A handler of one of the service's operations, typed by its model. */
export type AcmHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface AcmParts {
  /** Seals private keys. */
  readonly box: SecretBox;
}

export function invalid(message: string): Fault {
  return new Fault("ValidationException", message);
}
