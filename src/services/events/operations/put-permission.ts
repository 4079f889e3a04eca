import { checkPolicy, withStatement } from "../request/bus-policy.ts";
import { replaceBus, requireBus } from "../request/find.ts";
import type { EventsHandler, EventsParts } from "../request/handler.ts";

/** One statement, or the policy as a whole. */
export function putPermission({ policyFault }: EventsParts): EventsHandler<"PutPermission"> {
  return async (input, ctx) => {
    const found = requireBus(ctx, input.EventBusName);
    const policy = input.Policy ?? withStatement(found.bus, input);
    checkPolicy(policy, policyFault);
    await replaceBus(ctx, found, { ...found.bus, policy });
    return {};
  };
}
