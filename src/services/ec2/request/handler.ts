import type { Operations } from "#generated/ec2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Handler, HandlerOf } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import { ensureDefaultVpc } from "../model.ts";

export type Ec2Handler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/**
 * What every operation of EC2 has in common: the account has its default VPC, and with `DryRun` the operation does all
 * but its commit and then says that it would have succeeded.
 */
export function ec2Handler<Input extends object, Output>(handler: Handler<Input, Output>): Handler<Input, Output> {
  return async (input, ctx) => {
    await ensureDefaultVpc(ctx);
    if (!("DryRun" in input) || input.DryRun !== true) return handler(input, ctx);
    await handler(input, { ...ctx, store: dryRunStore(ctx.store) });
    throw dryRunFault();
  };
}

/** A store that reads, and in place of a commit throws the answer of a dry run that got so far. */
function dryRunStore(store: Store): Store {
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    view: (collection) => store.view(collection),
    commit: () => Promise.reject(dryRunFault()),
    as: (component) => dryRunStore(store.as(component)),
  };
}

function dryRunFault() {
  return new Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", { status: 412 });
}
