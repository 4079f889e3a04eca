import type { Caller } from "#kernel/handler.ts";
import type { Condition, FaultStyle } from "#wire/faults.ts";
import type { Operation } from "#wire/model.ts";
import { commonFault } from "../operation.ts";

/**
 * Throws for what the sessions of users may not, whatever policies say (IAM User Guide, "Compare AWS STS credentials"):
 * those of GetSessionToken may call IAM only with a second factor, and of STS no more than AssumeRole; those of
 * GetFederationToken may call neither. A stolen session is not to become a key that lasts.
 */
export function refuseBeyondSession({ type, session }: Caller, { service, name }: Operation, style: FaultStyle): void {
  if (session === undefined || type === "AssumedRole" || name === "GetCallerIdentity") return;
  const refused = (condition: Condition, message?: string) => commonFault(style, condition, message);
  if (service.name === "iam") {
    if (type === "FederatedUser" || session.mfaAuthenticatedAt === undefined) throw refused("invalidKey");
  }
  if (service.name === "sts" && (type === "FederatedUser" || name !== "AssumeRole")) {
    throw refused("accessDenied", `Cannot call ${name} with session credentials`);
  }
}
