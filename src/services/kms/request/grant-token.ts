import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

const purpose = "kms grant token";

/** A token that stands for a grant. Grants take effect at once here, so that it only serves to retire the grant. */
export function grantToken(grantId: string, box: SecretBox): string {
  return box.seal(grantId, purpose);
}

/** The id of the grant that a token stands for. Throws a fault with `code` when it is none of ours. */
export function grantIdIn(token: string, box: SecretBox, code = "InvalidGrantTokenException"): string {
  const grantId = box.open(token, purpose);
  if (grantId === undefined) throw new Fault(code, "The grant token is invalid.");
  return grantId;
}
