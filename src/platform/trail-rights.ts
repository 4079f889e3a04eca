import type { Store } from "#kernel/store.ts";
import type { LogsRefusal } from "#services/cloudtrail/index.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { roleCaller } from "#services/sts/index.ts";
import type { CallCheck } from "./act-as.ts";
import type { Identity } from "./identity.ts";

export interface TrailRightsOptions {
  readonly store: Pick<Store, "view">;
  readonly trusts: Identity["trusts"];
  readonly check: CallCheck;
}

/** What the role of a trail must allow, as `cloudtrail.amazonaws.com` takes it on to write to the trail's log group. */
export function trailLogsRefusal({ store, trusts, check }: TrailRightsOptions): LogsRefusal {
  return (trailArn, roleArn, stream) => {
    const { account, region, ...input } = stream;
    const role = roleOfArn(store, roleArn);
    const keys = { "aws:SourceAccount": account, "aws:SourceArn": trailArn };
    const isTrusting =
      role?.account === account && trusts(role, "sts:AssumeRole", { service: "cloudtrail.amazonaws.com" }, keys);
    if (!isTrusting) return `${roleArn} cannot be assumed by cloudtrail.amazonaws.com.`;
    const caller = { ...roleCaller(role, "CloudTrail", { issuedAt: 0, policies: [], tags: {} }), accessKeyId: "" };
    for (const operation of ["CreateLogStream", "PutLogEvents"]) {
      const refused = check({ service: "logs", operation, input, caller, account, region });
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
}
