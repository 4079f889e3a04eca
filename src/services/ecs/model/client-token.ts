import { type Collection, type Key, keyOf } from "#kernel/store.ts";

/** What a request with a client token did, so that the same request again gives the same answer. */
export interface ClientTokenRecord {
  /** Digest of the request's parameters: the token with other parameters is a conflict. */
  readonly requestDigest: string;
  /** ARNs of what was made. */
  readonly resourceArns: readonly string[];
  /** Milliseconds since the epoch; forgotten afterwards. */
  readonly expiresAt: number;
}

export const clientTokens: Collection<ClientTokenRecord> = { name: "ecs/client-token" };

/** Amazon ECS keeps tokens for 24 hours. */
export const clientTokenHours = 24;

export function clientTokenKey(
  at: { account: string; region: string },
  operation: string,
  token: string,
): Key<ClientTokenRecord> {
  return keyOf(clientTokens, at.account, at.region, operation, token);
}
