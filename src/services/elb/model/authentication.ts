import type { SecretBox } from "#kernel/secret-box.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/** What a load balancer authenticates users with; made with its first rule that does. */
export interface AuthenticationRecord extends World {
  readonly loadBalancerId: string;
  /** A UUID, by which those who check claims find the public key. */
  readonly keyId: string;
  /** On the curve P-256, PEM. */
  readonly publicKey: string;
  /** PEM and base64, sealed for `authenticationPurpose`. */
  readonly sealedSigningKey: string;
  readonly sealedSessionKey: string;
}

/** Indexes: `keyId`. */
export const authentications: Collection<AuthenticationRecord, "keyId"> = {
  name: "elb/authentication",
  indexes: { keyId: ({ keyId }) => keyId },
};

export function authenticationKey({ account, region }: World, loadBalancerId: string): Key<AuthenticationRecord> {
  return keyOf(authentications, account, region, loadBalancerId);
}

const authenticationPurpose = "elb authentication";

/** Seals what authenticates: keys of load balancers, secrets of clients. */
export function sealAuthentication(box: SecretBox, secret: string): string {
  return box.seal(secret, authenticationPurpose);
}

/** Undefined: it was sealed under another master key. */
export function openAuthentication(box: SecretBox, sealed: string): string | undefined {
  return box.open(sealed, authenticationPurpose);
}
