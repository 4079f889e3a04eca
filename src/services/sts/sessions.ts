import { newAccessKeyId } from "#kernel/access-key-id.ts";
import type { Caller } from "#kernel/handler.ts";
import { characters, type Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** Temporary credentials. Nothing is stored of them: all that they are is sealed in their token. */
export interface TemporaryCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** Milliseconds since the epoch. */
  readonly Expiration: number;
}

/** Who holds temporary credentials, as the gateway checks them. */
export interface SessionHolder {
  readonly secretAccessKey: string;
  readonly caller: Caller;
  readonly sessionToken: string;
  readonly expiresAt: number;
}

/** What is sealed in a token. Short names: the token travels with every request. */
interface SealedSession {
  readonly k: string;
  readonly s: string;
  readonly e: number;
  readonly c: Omit<Caller, "accessKeyId">;
}

const purpose = "session token";
const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Makes credentials that are good until `expiresAt`. */
export function issueSession(
  parts: { readonly secretBox: SecretBox; readonly random: Random },
  caller: Omit<Caller, "accessKeyId">,
  expiresAt: number,
): TemporaryCredentials {
  const session: SealedSession = {
    k: newAccessKeyId("ASIA", caller.account, parts.random),
    s: characters(parts.random, 40, secretAlphabet),
    e: expiresAt,
    c: caller,
  };
  return {
    AccessKeyId: session.k,
    SecretAccessKey: session.s,
    SessionToken: parts.secretBox.seal(JSON.stringify(session), purpose),
    Expiration: expiresAt,
  };
}

/** The holder of the credentials, or undefined when the token is none of this platform's, or is another key's. */
export function openSession(
  secretBox: SecretBox,
  accessKeyId: string,
  sessionToken: string,
): SessionHolder | undefined {
  const plain = secretBox.open(sessionToken, purpose);
  if (plain === undefined) return undefined;
  const { k, s, e, c } = JSON.parse(plain) as SealedSession;
  if (k !== accessKeyId) return undefined;
  return { secretAccessKey: s, caller: { ...c, accessKeyId }, sessionToken, expiresAt: e };
}
