import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import { iamCollections } from "#services/iam/index.ts";
import { ecrWorld } from "../../../test/support/ecr.ts";
import { addUser, document } from "../../../test/support/iam.ts";
import { authorization } from "./authorization.ts";

const [account, other, region] = ["000000000000", "111111111111", "us-east-1"];
const arn = (name: string) => `arn:aws:ecr:${region}:${account}:repository/${name}`;

async function newWorld() {
  const world = await ecrWorld({ collections: iamCollections });
  const service: ServiceModule = { name: "ecr", operations: {}, controllers: [], collections: [], authorization };
  const { store, clock, box } = world;
  const { check, checkCall } = createAuthorizer({ services: [service], store: store.as("api"), clock, secretBox: box });
  const may = (caller: Caller, action: string, name: string) =>
    check({ caller, action: `ecr:${action}`, resource: arn(name), account, region }) === undefined;
  const call = (caller: Caller, operation: string, input: object) =>
    checkCall({ caller, service: "ecr", operation, input, account, region });
  const putPolicy = (...statements: object[]) =>
    world.ecr("PutRegistryPolicy", { policyText: JSON.stringify({ Version: "2012-10-17", Statement: statements }) });
  return { ...world, may, call, putPolicy };
}

test("a registry's policy counts for its repositories, also for those that are yet to be made", async () => {
  const { store, may, putPolicy, ecr } = await newWorld();
  const stranger = await addUser(store.as("api"), other, "eve", document());
  const clerk = await addUser(store.as("api"), account, "ann");
  const allowed = () => [
    may(stranger, "CreateRepository", "shared/new"),
    may(stranger, "CreateRepository", "own/new"),
    may(stranger, "PutImage", "shared/new"),
    may(clerk, "BatchGetImage", "shared/new"),
  ];
  assert.deepEqual(allowed(), [false, false, false, false]);
  await putPolicy(
    { Effect: "Allow", Principal: { AWS: other }, Action: "ecr:CreateRepository", Resource: arn("shared/*") },
    { Effect: "Allow", Principal: { AWS: clerk.arn }, Action: "ecr:BatchGetImage", Resource: arn("shared/*") },
  );
  assert.deepEqual(allowed(), [true, false, false, true]);
  await ecr("DeleteRegistryPolicy", {});
  assert.deepEqual(allowed(), [false, false, false, false]);
});

test("a repository's policy and its registry's count together; a Deny of either wins", async () => {
  const { store, may, putPolicy, ecr } = await newWorld();
  const stranger = await addUser(store.as("api"), other, "eve", document());
  await ecr("CreateRepository", { repositoryName: "app" });
  const statement = { Effect: "Allow", Principal: { AWS: other }, Action: "ecr:BatchGetImage" };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await ecr("SetRepositoryPolicy", { repositoryName: "app", policyText });
  assert.equal(may(stranger, "BatchGetImage", "app"), true);
  await putPolicy({ Effect: "Deny", Principal: "*", Action: "ecr:BatchGetImage", Resource: "*" });
  assert.equal(may(stranger, "BatchGetImage", "app"), false);
});

test("account settings can be allowed by their names; referrers need what a pull needs", async () => {
  const { store, call } = await newWorld();
  const Condition = { StringEquals: { "ecr:AccountSetting": "BLOB_MOUNTING" } };
  const policy = document({ Action: "ecr:PutAccountSetting", Condition }, { Action: "ecr:BatchGetImage" });
  const caller = await addUser(store.as("api"), account, "ann", policy);
  assert.equal(call(caller, "PutAccountSetting", { name: "BLOB_MOUNTING", value: "DISABLED" }), undefined);
  assert.match(call(caller, "PutAccountSetting", { name: "REGISTRY_POLICY_SCOPE", value: "V2" })!, /not authorized/);
  assert.equal(call(caller, "ListImageReferrers", { repositoryName: "app" }), undefined);
});
