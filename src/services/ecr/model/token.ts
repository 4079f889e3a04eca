import type { Caller } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { World } from "#kernel/world.ts";

/** What an authorization token of a registry says. Only the platform can read it, or make one. */
export interface AuthorizationToken extends World {
  /** Who asked for it: whoever shows it has this caller's rights, as they are then. */
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export const tokenHours = 12;
/** The only user name that registries take with a token. */
export const tokenUser = "AWS";

const purpose = "ecr authorization token";

export function sealToken(box: SecretBox, token: AuthorizationToken): string {
  return box.seal(JSON.stringify(token), purpose);
}

export function openToken(box: SecretBox, sealed: string): AuthorizationToken | undefined {
  const plain = box.open(sealed, purpose);
  return plain === undefined ? undefined : (JSON.parse(plain) as AuthorizationToken);
}
