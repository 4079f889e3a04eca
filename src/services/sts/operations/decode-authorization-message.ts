import type { Operations } from "#generated/sts/types.ts";
import { authorizationMessagePurpose } from "#kernel/authorization.ts";
import type { Handler } from "#kernel/handler.ts";
import type { StsParts } from "../parts.ts";

type Decode = Operations["DecodeAuthorizationMessage"];

/** Opens what the gateway sealed into a refusal, for callers of the account that was refused. */
export function decodeAuthorizationMessage(parts: StsParts): Handler<Decode["input"], Decode["output"]> {
  return async (input, ctx) => {
    const plain = parts.secretBox.open(input.EncodedMessage, authorizationMessagePurpose);
    const opened = plain === undefined ? undefined : (JSON.parse(plain) as { account: string; message: unknown });
    if (opened?.account !== ctx.account) {
      throw ctx.fault("InvalidAuthorizationMessageException", "Message is not valid");
    }
    return { DecodedMessage: JSON.stringify(opened.message) };
  };
}
