import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../test/support/context.ts";
import { ready } from "../../test/support/ecs-services.ts";
import { root } from "../../test/support/gateway.ts";
import { spotInterruptions } from "./spot-interruptions.ts";

const asker = { caller: root, account: root.account, region: "us-east-1" };

test("others than the root may not", async () => {
  const { world } = await ready();
  const { parse, answer } = spotInterruptions(world.store.as("api"));
  const caller = { ...root, type: "User" } as const;
  await assert.rejects(answer(parse({ count: 1 }), { ...asker, caller }), isFault("AccessDeniedException", /root/));
});

const refused: readonly [unknown, RegExp][] = [
  [undefined, /JSON object/],
  [[], /JSON object/],
  [{}, /Give tasks, or a count/],
  [{ count: 0 }, /at least 1/],
  [{ count: 1.5 }, /at least 1/],
  [{ tasks: [] }, /list of ids/],
  [{ tasks: [1] }, /list of ids/],
  [{ tasks: ["a"], count: 1 }, /Give tasks, or a count/],
  [{ count: 1, cluster: 7 }, /cluster/],
  [{ count: 1, service: 7 }, /service/],
  [{ count: 1, percent: 7 }, /Unknown parameter percent/],
];
for (const [body, message] of refused) {
  test(`the body ${JSON.stringify(body)} is refused`, async () => {
    const { world } = await ready();
    const { parse } = spotInterruptions(world.store.as("api"));
    assert.throws(() => parse(body), isFault("InvalidParameterException", message));
  });
}

test("the answer names the tasks, and those that were not to be had", async () => {
  const { world } = await ready();
  const { parse, answer } = spotInterruptions(world.store.as("api"));
  const arn = "arn:aws:ecs:us-east-1:000000000000:task/web/0123";
  const found = await answer(parse({ cluster: "web", tasks: ["0123"] }), asker);
  assert.deepEqual(found, { taskArns: [], failures: [{ arn, reason: "MISSING" }] });
});
