import { partitionOf } from "#kernel/arn.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { Caller, RequestContext, ServiceModule } from "#kernel/handler.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Store } from "#kernel/store.ts";
import type { Identity } from "./identity.ts";

/** An operation that the platform runs itself, on behalf of somebody. */
export interface InternalCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  /** The service of AWS that does it: `events.amazonaws.com`. */
  readonly invokedBy?: string;
}

/** A call that was made, and what came of it. */
export interface EndedCall extends InternalCall {
  readonly output?: unknown;
  readonly fault?: Fault;
}

/** Whether IAM allows a call: undefined, or AWS's words for the refusal. */
export type CallCheck = (call: InternalCall) => string | undefined;

export interface ActAsOptions {
  readonly services: readonly ServiceModule[];
  readonly check: CallCheck;
  readonly canAssume: Identity["canAssume"];
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Is told of each call, for the audit trail; does not throw. */
  readonly audit?: (call: EndedCall) => void;
}

/**
 * Runs an operation as if the caller had sent it: with the caller's rights, and again after a conflict. Rejects with
 * the operation's `Fault`, `AccessDeniedException` when IAM refuses.
 */
export type ActAs = <Output>(call: InternalCall) => Promise<Output>;

/** How often a handler is run when others keep changing what it read. */
const mostRuns = 10;

export function createActAs({ services, check, audit, ...parts }: ActAsOptions): ActAs {
  return async <Output>(call: InternalCall) => {
    const handler = services.find(({ name }) => name === call.service)?.operations[call.operation];
    if (handler === undefined) throw new Fault("InvalidAction", `There is no ${call.service}:${call.operation}.`);
    try {
      const refusal = check(call);
      if (refusal !== undefined) throw new Fault("AccessDeniedException", refusal);
      const output = await rerun(() => handler(call.input, contextOf(call, parts)), mostRuns);
      audit?.({ ...call, output });
      return output as Output;
    } catch (error) {
      if (error instanceof Fault) audit?.({ ...call, fault: error });
      throw error;
    }
  };
}

function contextOf(
  { caller, account, region }: InternalCall,
  { store, clock, random, log, canAssume }: Omit<ActAsOptions, "services" | "check" | "audit">,
): RequestContext {
  return {
    ...{ clock, random, log, caller, account, region },
    store: store.as("api"),
    requestId: uuid(random),
    partition: partitionOf(region),
    signal: () => new AbortController().signal,
    endpoint: "",
    canAssume: (...asked) => canAssume(account, ...asked),
    fault: (code, message, members) => new Fault(code, message, members === undefined ? {} : { members }),
  };
}
