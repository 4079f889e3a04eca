import type { Operations } from "#generated/sts/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { type RoleRecord, roleOfArn } from "#services/iam/model.ts";
import type { StsParts } from "../parts.ts";
import { takeSecondFactor } from "../second-factor.ts";
import { packedPolicySize, roleSeconds, sessionPolicies, sessionTags } from "../session-request.ts";
import { issueSession } from "../sessions.ts";

type AssumeRole = Operations["AssumeRole"];

/** The gateway has asked the role's trust policy, and the caller's own, whether the caller may. */
export function assumeRole(parts: StsParts): Handler<AssumeRole["input"], AssumeRole["output"]> {
  return async (input, ctx) => {
    checkArn(ctx, input.RoleArn);
    if (ctx.caller.type === "Root") throw ctx.fault("AccessDenied", "Roles may not be assumed by root accounts.");
    if (input.ProvidedContexts?.length) {
      throw ctx.fault("ValidationError", "ProvidedContexts is not supported: this platform has no identity contexts.");
    }
    const role = findRole(ctx, input.RoleArn);
    const seconds = roleSeconds(ctx, input.DurationSeconds, role.maxSessionDuration);
    const policies = sessionPolicies(ctx, role.account, input, parts);
    const { tags, transitiveTagKeys } = sessionTags(ctx, input.Tags, input.TransitiveTagKeys);
    const sourceIdentity = ctx.caller.session?.sourceIdentity ?? input.SourceIdentity;
    if (input.SourceIdentity !== undefined && sourceIdentity !== input.SourceIdentity) {
      throw ctx.fault("AccessDenied", "The source identity of a session can not be changed by role chaining.");
    }
    // The role's trust policy has seen it; what the session itself may, does not depend on it (User Guide, "MFA").
    await takeSecondFactor(ctx, input, parts);
    const now = ctx.clock.now();
    const session = { policies, tags, transitiveTagKeys, ...(sourceIdentity && { sourceIdentity }) };
    const caller = roleCaller(role, input.RoleSessionName, { ...session, issuedAt: now });
    return {
      Credentials: issueSession(parts, caller, now + seconds * 1000),
      AssumedRoleUser: { Arn: caller.arn, AssumedRoleId: caller.userId },
      ...packedPolicySize(input),
      ...(sourceIdentity && { SourceIdentity: sourceIdentity }),
    };
  };
}

/** Who a session of the role is. */
export function roleCaller(
  role: RoleRecord,
  sessionName: string,
  session: Omit<NonNullable<RequestContext["caller"]["session"]>, "issuerArn" | "issuerId">,
): Omit<RequestContext["caller"], "accessKeyId"> {
  const partition = parseArn(role.arn)?.partition ?? "aws";
  return {
    arn: `arn:${partition}:sts::${role.account}:assumed-role/${role.roleName}/${sessionName}`,
    userId: `${role.roleId}:${sessionName}`,
    account: role.account,
    type: "AssumedRole",
    session: { issuerArn: role.arn, issuerId: role.roleId, ...session },
  };
}

export function checkArn(ctx: RequestContext, arn: string): void {
  const parsed = parseArn(arn);
  if (!parsed?.account || parsed.resource === "") throw ctx.fault("ValidationError", `${arn} is invalid`);
}

/** A role that is not there is refused as one that the caller may not assume. */
function findRole(ctx: RequestContext, arn: string): RoleRecord {
  const role = roleOfArn(ctx.store, arn);
  if (role !== undefined) return role;
  const who = ctx.caller.arn;
  throw ctx.fault("AccessDenied", `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
}
