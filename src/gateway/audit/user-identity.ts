import type { SessionContext, UserIdentity } from "#kernel/audit.ts";
import type { Caller } from "#kernel/handler.ts";

/** Who called, in CloudTrail's words ("CloudTrail userIdentity element"). */
export function userIdentityOf(caller: Caller): UserIdentity {
  const { arn, userId, account, accessKeyId, type } = caller;
  if (arn === "") return { type: "Unknown" };
  const lastOf = (text: string) => text.split("/").at(-1) ?? "";
  return {
    type: type === "User" ? "IAMUser" : type,
    ...{ principalId: userId, arn, accountId: account },
    // What the platform does with a role itself is signed by no key.
    ...(accessKeyId !== "" && { accessKeyId }),
    ...(type === "User" && { userName: lastOf(arn) }),
    ...sessionContext(caller, lastOf),
  };
}

function sessionContext(
  { session, type, account }: Caller,
  lastOf: (text: string) => string,
): { readonly sessionContext?: SessionContext } {
  if (session === undefined) return {};
  const { issuerArn, issuerId, issuedAt, federatedProvider, sourceIdentity } = session;
  const isRoot = issuerArn.endsWith(":root");
  const issuer = {
    type: type === "AssumedRole" ? "Role" : isRoot ? "Root" : "IAMUser",
    ...{ principalId: issuerId, arn: issuerArn, accountId: account },
    ...(!isRoot && { userName: lastOf(issuerArn) }),
  } as const;
  return {
    sessionContext: {
      ...(type !== "User" && type !== "Root" && { sessionIssuer: issuer }),
      ...(federatedProvider !== undefined && { webIdFederationData: { federatedProvider } }),
      attributes: {
        creationDate: `${new Date(issuedAt).toISOString().slice(0, 19)}Z`,
        mfaAuthenticated: session.mfaAuthenticatedAt === undefined ? "false" : "true",
      },
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  };
}
