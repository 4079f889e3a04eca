import type { Caller } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import { type RoleRecord, roleKey, type UserRecord, userKey } from "#services/iam/model.ts";

/** For tests: a policy document; each statement allows everything but for what is given of it. */
export function document(...statements: readonly Record<string, unknown>[]): string {
  const lines = statements.length === 0 ? [{}] : statements;
  const Statement = lines.map((line) => ({ Effect: "Allow", Action: "*", Resource: "*", ...line }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

const made = { path: "/", createdAt: 0, attachedPolicies: [], inlinePolicies: [], tags: [] };

/** Writes a user with one inline policy; gives who it is when it calls. */
export async function addUser(store: Store, account: string, userName: string, policy?: string, more = {}) {
  const user: UserRecord = {
    ...{ ...made, account, userName, userId: `AIDA${userName.toUpperCase()}`, groupIds: [], accessKeyIds: [] },
    ...{ mfaDevices: [], arn: `arn:aws:iam::${account}:user/${userName}` },
    ...(policy !== undefined && { inlinePolicies: [{ policyName: "inline", document: policy }] }),
    ...more,
  };
  await store.commit({ put: [{ key: userKey(account, userName), value: user }] });
  const caller: Caller = { arn: user.arn, userId: user.userId, account, accessKeyId: "AKIA", type: "User" };
  return caller;
}

/** Writes a role; gives who a session of it is when it calls. */
export async function addRole(
  store: Store,
  account: string,
  roleName: string,
  {
    trust = document(),
    policy = document(),
    ...more
  }: { trust?: string; policy?: string; [field: string]: unknown } = {},
): Promise<Caller> {
  const role: RoleRecord = {
    ...{ ...made, account, roleName, roleId: `AROA${roleName.toUpperCase()}`, maxSessionDuration: 3600 },
    ...{ arn: `arn:aws:iam::${account}:role/${roleName}`, assumeRolePolicyDocument: trust },
    inlinePolicies: [{ policyName: "inline", document: policy }],
    ...more,
  };
  await store.commit({ put: [{ key: roleKey(account, roleName), value: role }] });
  const session = { issuedAt: 0, issuerArn: role.arn, issuerId: role.roleId, policies: [], tags: {} };
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/s1`;
  return { arn, userId: `${role.roleId}:s1`, account, accessKeyId: "ASIA", type: "AssumedRole", session };
}
