import type { Operations } from "#generated/events/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** A handler of one of the service's operations, typed by its model. */
export type EventsHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface EventsParts {
  /** Seals the secrets of connections. */
  readonly box: SecretBox;
  /** What is wrong with a resource-based policy, in IAM's words; undefined: nothing. */
  readonly policyFault: (document: string) => string | undefined;
}
