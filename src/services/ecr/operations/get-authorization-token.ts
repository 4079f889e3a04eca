import { sealToken, tokenHours, tokenUser } from "../model/token.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";

/** One token, or one for each registry that is named: a token tells which account's repositories are meant. */
export function getAuthorizationToken({ box }: EcrParts): EcrHandler<"GetAuthorizationToken"> {
  return async ({ registryIds }, { account, region, caller, clock, endpoint }) => {
    const expiresAt = clock.now() + tokenHours * 3_600_000;
    const accounts = registryIds ?? [account];
    return {
      authorizationData: accounts.map((registry) => {
        const password = sealToken(box, { caller, account: registry, region, expiresAt });
        const authorizationToken = Buffer.from(`${tokenUser}:${password}`).toString("base64");
        return { authorizationToken, expiresAt, proxyEndpoint: endpoint };
      }),
    };
  };
}
