import type { Operations } from "#generated/sts/types.ts";
import type { Handler } from "#kernel/handler.ts";
import type { StsParts } from "../parts.ts";
import { packedPolicySize, sessionPolicies, sessionTags } from "../session-request.ts";
import { issueSession } from "../sessions.ts";

type GetFederationToken = Operations["GetFederationToken"];

const defaultSeconds = 43_200;
const rootSeconds = 3600;

export function getFederationToken(
  parts: StsParts,
): Handler<GetFederationToken["input"], GetFederationToken["output"]> {
  return async (input, ctx) => {
    const { caller } = ctx;
    if (caller.session !== undefined) {
      throw ctx.fault("AccessDenied", "Cannot call GetFederationToken with session credentials");
    }
    const asked = input.DurationSeconds ?? defaultSeconds;
    const seconds = caller.type === "Root" ? Math.min(asked, rootSeconds) : asked;
    const policies = sessionPolicies(ctx, caller.account, input, parts);
    const { tags } = sessionTags(ctx, input.Tags);
    const now = ctx.clock.now();
    const arn = `arn:${ctx.partition}:sts::${caller.account}:federated-user/${input.Name}`;
    const userId = `${caller.account}:${input.Name}`;
    const session = { issuedAt: now, issuerArn: caller.arn, issuerId: caller.userId, policies, tags };
    const federated = { arn, userId, account: caller.account, type: "FederatedUser", session } as const;
    return {
      Credentials: issueSession(parts, federated, now + seconds * 1000),
      FederatedUser: { FederatedUserId: userId, Arn: arn },
      PackedPolicySize: 0,
      ...packedPolicySize(input),
    };
  };
}
