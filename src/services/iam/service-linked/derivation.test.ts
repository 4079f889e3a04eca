import assert from "node:assert/strict";
import { test } from "node:test";
import type { Collection } from "#kernel/store.ts";
import { iamWorld } from "../../../../test/support/iam-world.ts";
import { linkedRoles } from "./derivation.ts";
import { linkedRoleUse } from "./uses.ts";

test("a service makes its role when an account first uses it, and again when that is gone", async () => {
  const { iam, context } = await iamWorld();
  const ctx = context();
  const clusters: Collection<{ readonly arn?: string }> = { name: "ecs/cluster" };
  const derivation = linkedRoles([linkedRoleUse(clusters, "ecs.amazonaws.com", ({ arn }) => arn)], ctx);
  const [shown, used] = [{}, { arn: "arn" }];
  const use = async (before: object | undefined, after: object | undefined) => {
    const put = derivation.derive([{ key: `ecs/cluster/${ctx.account}/us-east-1/web`, before, after }], ctx.store);
    await ctx.store.commit({ put });
    return put.length;
  };
  const RoleName = "AWSServiceRoleForECS";
  assert.deepEqual([await use(used, used), await use(used, undefined), await use(used, shown)], [0, 0, 0]);
  assert.equal(await use(undefined, used), 1);
  const { Role } = await iam("GetRole", { RoleName });
  assert.equal(Role?.Arn, `arn:aws:iam::${ctx.account}:role/aws-service-role/ecs.amazonaws.com/${RoleName}`);
  assert.equal(await use(undefined, used), 0);
  for (const before of [undefined, shown]) {
    await iam("DeleteServiceLinkedRole", { RoleName });
    assert.equal(await use(before, used), 1);
  }
});
