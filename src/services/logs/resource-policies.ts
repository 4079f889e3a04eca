import type { ResourcePolicy } from "#generated/logs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { requireIdentifiedGroup } from "./lookup.ts";
import { type LogResourcePolicyRecord, logGroupArn, logResourcePolicyKey } from "./model.ts";

interface NamesPolicy {
  readonly policyName?: string;
  readonly resourceArn?: string;
  readonly expectedRevisionId?: string;
}

/** The policy that an operation names, there or not, after the check of its revision. */
export async function namedPolicy(ctx: RequestContext, input: NamesPolicy) {
  const { policyName, resourceArn, expectedRevisionId } = input;
  if ((policyName === undefined) === (resourceArn === undefined)) {
    throw invalid("Exactly one of the parameters policyName and resourceArn must be specified.");
  }
  if (policyName !== undefined) {
    if (policyName === "") throw invalid("The specified policyName is invalid.");
    if (expectedRevisionId !== undefined) {
      throw invalid("expectedRevisionId can only be specified with resourceArn.");
    }
    const of = { policyName };
    return { of, entry: await ctx.store.get(logResourcePolicyKey(ctx, of)), unchanged: [] };
  }
  if (!resourceArn!.startsWith("arn:")) throw invalid("The specified resourceArn is invalid.");
  const group = await requireIdentifiedGroup(ctx, resourceArn!);
  const of = { logGroupName: group.value.logGroupName };
  const entry = await ctx.store.get(logResourcePolicyKey(ctx, of));
  if (revisionOf(entry) !== expectedRevisionId) {
    const message = "The expectedRevisionId is not the current revision of the resource policy.";
    throw new Fault("OperationAbortedException", message);
  }
  return { of, entry, unchanged: [group] };
}

function revisionOf({ value }: Entry<LogResourcePolicyRecord | undefined>): string | undefined {
  return value !== undefined && "revisionId" in value.of ? value.of.revisionId : undefined;
}

export function toResourcePolicy(record: LogResourcePolicyRecord): ResourcePolicy {
  const { of, policyDocument, lastUpdatedTime } = record;
  if ("policyName" in of) return { policyName: of.policyName, policyDocument, lastUpdatedTime, policyScope: "ACCOUNT" };
  const resourceArn = logGroupArn({ ...record, logGroupName: of.logGroupName });
  return { policyDocument, lastUpdatedTime, policyScope: "RESOURCE", resourceArn, revisionId: of.revisionId };
}

export function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
