import type { Operations } from "#generated/sts/types.ts";
import type { Handler, Handlers } from "#kernel/handler.ts";
import type { StsParts } from "../parts.ts";
import { assumeRole } from "./assume-role.ts";
import { assumeRoleWithSaml } from "./assume-role-with-saml.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { decodeAuthorizationMessage } from "./decode-authorization-message.ts";
import { GetAccessKeyInfo } from "./get-access-key-info.ts";
import { GetCallerIdentity } from "./get-caller-identity.ts";
import { getFederationToken } from "./get-federation-token.ts";
import { getSessionToken } from "./get-session-token.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: StsParts) {
  return {
    AssumeRole: withoutTokenSize(assumeRole(parts)),
    AssumeRoleWithSAML: withoutTokenSize(assumeRoleWithSaml(parts)),
    AssumeRoleWithWebIdentity: withoutTokenSize(assumeRoleWithWebIdentity(parts)),
    DecodeAuthorizationMessage: decodeAuthorizationMessage(parts),
    GetAccessKeyInfo,
    GetCallerIdentity,
    GetFederationToken: withoutTokenSize(getFederationToken(parts)),
    GetSessionToken: withoutTokenSize(getSessionToken(parts)),
  } satisfies Handlers<Operations>;
}

/** Tokens are as long as what they say; none is filled up. */
function withoutTokenSize<Input extends { readonly MinimumSessionTokenSize?: number }, Output>(
  handler: Handler<Input, Output>,
): Handler<Input, Output> {
  return (input, ctx) => {
    if (input.MinimumSessionTokenSize === undefined) return handler(input, ctx);
    throw ctx.fault("ValidationError", "MinimumSessionTokenSize is not supported yet.");
  };
}
