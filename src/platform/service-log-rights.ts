import type { LogStreamName } from "#kernel/log-sink.ts";
import type { Store } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { evaluate, type PolicyCompiler } from "#services/iam/policy/index.ts";
import { logGroupArn, logResourcePolicies } from "#services/logs/model.ts";

export interface ServiceLogRightsOptions {
  readonly store: Pick<Store, "view">;
  readonly compile: PolicyCompiler;
}

/**
 * Whether a service of AWS (`events.amazonaws.com`) may write to a log stream on behalf of `sourceArn`, as the resource
 * policies of CloudWatch Logs say: undefined, or why not. The policy of a log group counts for that group alone.
 */
export function serviceLogRights({ store, compile }: ServiceLogRightsOptions) {
  return (service: string, sourceArn: string, stream: LogStreamName): string | undefined => {
    const { account, region, logGroupName, logStreamName } = stream;
    const policies = store
      .view(logResourcePolicies)
      .by("world", worldOf({ account, region }))
      .filter(({ value: { of } }) => "policyName" in of || of.logGroupName === logGroupName)
      .map(({ key, value }) => ({ id: key, policy: compile(value.policyDocument) }));
    const resource = `${logGroupArn(stream)}:log-stream:${logStreamName}`;
    const keys = new Map([
      ["aws:sourcearn", sourceArn],
      ["aws:sourceaccount", account],
    ]);
    const principal = { kind: "service", arn: "", service } as const;
    for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"]) {
      const request = { action, resource, principal, keys };
      const effects = policies.map(
        (policy) =>
          evaluate({ identity: [], resource: policy }, request, { sameAccount: true, resourcePolicyRequired: true })
            .effect,
      );
      const denied = effects.includes("explicitDeny");
      if (!denied && effects.includes("allowed")) continue;
      const reason = denied
        ? "with an explicit deny in a resource-based policy"
        : `because no resource-based policy allows the ${action} action`;
      return `${service} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
    }
    return undefined;
  };
}
