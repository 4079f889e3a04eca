import type { ExecSessionRequest } from "#kernel/exec-sessions.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** What a session's token says. It is all that is known of a session that has not been opened. */
export interface SessionClaims extends ExecSessionRequest {
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The run of the platform that gave it out: which tokens have been used is known to that run alone. */
  readonly run: string;
}

const purpose = "exec session";

export function sealToken(box: SecretBox, claims: SessionClaims): string {
  return box.seal(JSON.stringify(claims), purpose);
}

/** What the token says, if it is one for this session that may be used now. */
export function openToken(
  box: SecretBox,
  token: string,
  now: Pick<SessionClaims, "sessionId" | "run"> & { readonly time: number },
): SessionClaims | undefined {
  const text = box.open(token, purpose);
  if (text === undefined) return undefined;
  const claims = JSON.parse(text) as SessionClaims;
  const fits = claims.sessionId === now.sessionId && claims.run === now.run && claims.expiresAt > now.time;
  return fits ? claims : undefined;
}
