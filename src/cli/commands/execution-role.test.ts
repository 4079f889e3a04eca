import assert from "node:assert/strict";
import { test } from "node:test";
import { createOperations } from "#services/iam/operations/index.ts";
import { account, credentials, fakeService, testGateway } from "../../../test/support/gateway.ts";
import { iamWorld } from "../../../test/support/iam-world.ts";
import { type Client, createClient, ServiceError } from "../client.ts";
import { CommandError } from "../command.ts";
import { ensureExecutionRole } from "./execution-role.ts";

const RoleName = "ecsTaskExecutionRole";
const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

test("an execution role that was begun and not finished is finished; one that somebody changed stays", async () => {
  const { store, iam, secretBox } = await iamWorld();
  const { gateway } = testGateway([fakeService("iam", createOperations({ secretBox, linkedRoleUses: [] }))], { store });
  const endpoint = `http://127.0.0.1:${await gateway.listen("127.0.0.1", 0)}`;
  const client = createClient({ endpoint, region: "us-east-1", ...credentials });
  /** Its process ends after so many calls that write. */
  const ensure = (writes: number) => {
    const ending: Client["iam"] = async (operation, parameters) => {
      if (!operation.startsWith("List") && writes-- <= 0) throw new Error("killed");
      return client.iam(operation, parameters);
    };
    return ensureExecutionRole({ ...client, iam: ending, account: async () => account });
  };
  const rights = async () => ({
    attached: (await iam("ListAttachedRolePolicies", { RoleName })).AttachedPolicies?.map((each) => each.PolicyArn),
    own: (await iam("ListRolePolicies", { RoleName })).PolicyNames,
  });
  try {
    await assert.rejects(ensure(1), /killed/);
    await assert.rejects(ensure(2), /killed/);
    assert.equal(await ensure(3), `arn:aws:iam::${account}:role/${RoleName}`);
    assert.deepEqual(await rights(), { attached: [PolicyArn], own: ["create-log-groups"] });
    await iam("DeleteRolePolicy", { RoleName, PolicyName: "create-log-groups" });
    await ensure(1);
    assert.deepEqual(await rights(), { attached: [PolicyArn], own: [] });
  } finally {
    client.close();
    await gateway.close();
  }
});

test("who may not make or examine the execution role uses the one that is there, or is told what to do", async () => {
  const ensure = async (allowed: readonly string[], exists: boolean) => {
    const called: string[] = [];
    const iam: Client["iam"] = async (operation) => {
      called.push(operation);
      if (!allowed.includes(operation)) throw new ServiceError("AccessDenied", `may not perform: iam:${operation}`);
      if (operation === "CreateRole" && exists) throw new ServiceError("EntityAlreadyExists", "");
      if (operation === "GetRole" && !exists) throw new ServiceError("NoSuchEntity", "");
      return "";
    };
    await ensureExecutionRole({ iam, account: async () => account } as Partial<Client> as Client);
    return called;
  };
  const told = (error: Error) =>
    error instanceof CommandError && /iam:\w+\nTasks need .* role ecsTaskExecutionRole/.test(error.message);
  assert.deepEqual(await ensure(["GetRole"], true), ["CreateRole", "GetRole"]);
  assert.deepEqual(await ensure(["CreateRole"], true), ["CreateRole", "ListAttachedRolePolicies"]);
  await assert.rejects(ensure([], true), told);
  await assert.rejects(ensure(["GetRole"], false), told);
  await assert.rejects(ensure(["CreateRole"], false), told);
});
