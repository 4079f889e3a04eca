import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import { loadModel } from "#wire/model.ts";
import { refuseBeyondSession } from "./session-limits.ts";

const account = "111111111111";
const arn = `arn:aws:iam::${account}:root`;
const root: Caller = { arn, userId: account, account, accessKeyId: "A", type: "Root" };
const session = { issuedAt: 0, issuerArn: arn, issuerId: account, policies: [], tags: {} };
const own: Caller = { ...root, session };
const sure: Caller = { ...root, session: { ...session, mfaAuthenticatedAt: 0 } };
const federated: Caller = { ...own, type: "FederatedUser" };
const ofRole: Caller = { ...own, type: "AssumedRole" };

const cases: readonly [string, Caller, string, string, string | undefined][] = [
  ["no session", root, "iam", "ListUsers", undefined],
  ["a role's session", ofRole, "iam", "ListUsers", undefined],
  ["a session", own, "iam", "ListUsers", "InvalidClientTokenId"],
  ["a session with a second factor", sure, "iam", "ListUsers", undefined],
  ["a federated session", federated, "iam", "ListUsers", "InvalidClientTokenId"],
  ["a federated session", federated, "ecs", "ListClusters", undefined],
  ["a session", own, "sts", "AssumeRole", undefined],
  ["a federated session", federated, "sts", "AssumeRole", "AccessDenied"],
  ["a federated session", federated, "sts", "GetCallerIdentity", undefined],
  ["a session with a second factor", sure, "sts", "GetSessionToken", "AccessDenied"],
];
for (const [who, caller, service, name, code] of cases) {
  test(`${who} calls ${service}:${name}: ${code ?? "may"}`, () => {
    const operation = loadModel(service).operation(name)!;
    const asked = () => refuseBeyondSession(caller, operation, "query");
    if (code === undefined) return asked();
    assert.throws(asked, (error) => error instanceof Fault && error.code === code);
  });
}
