import { hex } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { type LogResourcePolicyRecord, logResourcePolicies } from "../model.ts";
import { invalid, namedPolicy, toResourcePolicy } from "../resource-policies.ts";
import type { LogsHandler } from "./handler.ts";

/** Of those under a name; each log group may have one beside. */
const mostPolicies = 10;

/** What is put here lets services of AWS write: platform/service-log-rights.ts asks when they do. */
export function putResourcePolicy(
  policyFault: (document: string) => string | undefined,
): LogsHandler<"PutResourcePolicy"> {
  return async (input, ctx) => {
    const { policyDocument } = input;
    if (policyDocument === undefined) throw invalid("policyDocument is required.");
    const fault = policyFault(policyDocument);
    if (fault !== undefined) throw invalid(fault);
    const { of, entry, unchanged } = await namedPolicy(ctx, input);
    const { account, region } = ctx;
    if (entry.value === undefined && "policyName" in of) {
      const there = ctx.store.view(logResourcePolicies).by("world", worldOf({ account, region }));
      const count = there.filter(({ value }) => "policyName" in value.of).length;
      if (count >= mostPolicies) throw ctx.fault("LimitExceededException", "Resource limit exceeded.");
    }
    const value: LogResourcePolicyRecord = {
      ...{ account, region, policyDocument, lastUpdatedTime: ctx.clock.now() },
      of: "policyName" in of ? of : { ...of, revisionId: hex(ctx.random, 32) },
    };
    await ctx.store.commit({ unchanged: [entry, ...unchanged], put: [{ key: entry.key, value }] });
    return {
      resourcePolicy: toResourcePolicy(value),
      ...("revisionId" in value.of && { revisionId: value.of.revisionId }),
    };
  };
}
