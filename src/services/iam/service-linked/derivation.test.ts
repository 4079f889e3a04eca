import assert from "node:assert/strict";
import { test } from "node:test";
import { iamWorld } from "../../../../test/support/iam-world.ts";
import { linkedRoles } from "./derivation.ts";

test("a service makes its role when an account first uses it, and again when that is gone", async () => {
  const { iam, context } = await iamWorld();
  const ctx = context();
  const derivation = linkedRoles({ "ecs/cluster": "ecs.amazonaws.com" }, ctx);
  const use = async (before: object | undefined, after: object | undefined) => {
    const put = derivation.derive([{ key: `ecs/cluster/${ctx.account}/us-east-1/web`, before, after }], ctx.store);
    await ctx.store.commit({ put });
    return put.length;
  };
  const RoleName = "AWSServiceRoleForECS";
  assert.deepEqual([await use({}, {}), await use({}, undefined)], [0, 0]);
  assert.equal(await use(undefined, {}), 1);
  const { Role } = await iam("GetRole", { RoleName });
  assert.equal(Role?.Arn, `arn:aws:iam::${ctx.account}:role/aws-service-role/ecs.amazonaws.com/${RoleName}`);
  assert.equal(await use(undefined, {}), 0);
  await iam("DeleteServiceLinkedRole", { RoleName });
  assert.equal(await use(undefined, {}), 1);
});
