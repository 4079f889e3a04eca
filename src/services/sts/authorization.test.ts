import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { isFault } from "../../../test/support/context.ts";
import { iamWorld } from "../../../test/support/iam-world.ts";
import { createAuthorization } from "./authorization.ts";

const ofAccount = "arn:aws:iam::000000000000:";

/** A role that trusts the user ada, and whom it trusts now. */
async function withRole() {
  const { iam, store } = await iamWorld();
  const statement = { Effect: "Allow", Principal: { AWS: `${ofAccount}user/ada` }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const make = () => iam("CreateRole", { RoleName: "app", AssumeRolePolicyDocument });
  const { resourcePolicy } = createAuthorization({ check: () => undefined });
  const trusted = () => {
    const text = resourcePolicy!(`${ofAccount}role/app`, { store } as unknown as AuthorizationScope) as string;
    return JSON.parse(text).Statement[0].Principal.AWS;
  };
  return { iam, make, trusted };
}

test("a role cannot trust a user that there is not", async () => {
  const { make } = await withRole();
  const message = `Invalid principal in policy: "AWS":"${ofAccount}user/ada"`;
  await assert.rejects(make(), isFault("MalformedPolicyDocumentException", message));
});

test("a role trusts a user under its new name, and nobody who has come by the old one", async () => {
  const { iam, make, trusted } = await withRole();
  const { User } = await iam("CreateUser", { UserName: "ada" });
  await make();
  assert.equal(trusted(), `${ofAccount}user/ada`);
  await iam("UpdateUser", { UserName: "ada", NewUserName: "countess", NewPath: "/nobility/" });
  await iam("CreateUser", { UserName: "ada" });
  assert.equal(trusted(), `${ofAccount}user/nobility/countess`);
  await iam("DeleteUser", { UserName: "countess" });
  assert.equal(trusted(), User!.UserId);
  const { Role } = await iam("GetRole", { RoleName: "app" });
  assert.match(decodeURIComponent(Role.AssumeRolePolicyDocument!), new RegExp(User!.UserId));
});
