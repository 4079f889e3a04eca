import type { Operations } from "#generated/sts/types.ts";
import type { Handler } from "#kernel/handler.ts";
import type { StsParts } from "../parts.ts";
import { takeSecondFactor } from "../second-factor.ts";
import { issueSession } from "../sessions.ts";

type GetSessionToken = Operations["GetSessionToken"];

const defaultSeconds = 43_200;
/** Sessions of the root user are at most an hour long; longer ones are cut to that. */
const rootSeconds = 3600;

export function getSessionToken(parts: StsParts): Handler<GetSessionToken["input"], GetSessionToken["output"]> {
  return async (input, ctx) => {
    const { caller } = ctx;
    if (caller.session !== undefined) {
      throw ctx.fault("AccessDenied", "Cannot call GetSessionToken with session credentials");
    }
    const asked = input.DurationSeconds ?? defaultSeconds;
    const seconds = caller.type === "Root" ? Math.min(asked, rootSeconds) : asked;
    const isSecondFactor = await takeSecondFactor(ctx, input, parts);
    const now = ctx.clock.now();
    const { accessKeyId: _, ...who } = caller;
    const session = {
      ...{ issuedAt: now, issuerArn: caller.arn, issuerId: caller.userId, policies: [], tags: {} },
      ...(isSecondFactor && { mfaAuthenticatedAt: now }),
    };
    return { Credentials: issueSession(parts, { ...who, session }, now + seconds * 1000) };
  };
}
