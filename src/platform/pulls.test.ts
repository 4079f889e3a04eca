import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { isFault } from "../../test/support/context.ts";
import { root } from "../../test/support/gateway.ts";
import { Pulls, pullsInquiry } from "./pulls.ts";

const taskArn = `arn:aws:ecs:us-east-1:${root.account}:task/web/0123`;
const of = { taskArn, containerName: "app", image: "i" };
const progress = { layersDone: 1, layersTotal: 3, bytesDone: 2_500_000, bytesTotal: 9_000_000 };
const asker = { caller: root, account: root.account, region: "us-east-1" };

function world() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const tell = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push([level, message, fields?.progress, fields?.seconds, fields?.error].filter((word) => word).join(", "));
  };
  const pulls = new Pulls({ clock, log: { ...silentLog, info: tell("info"), warn: tell("warn") } });
  return { clock, lines, pulls };
}

test("a pull is told of when it begins, every five seconds while it goes on, and when it ends", async () => {
  const { clock, lines, pulls } = world();
  pulls.take({ type: "pullStarted", ...of });
  for (let second = 0; second < 12; second += 2) {
    await clock.advance(2000);
    pulls.take({ type: "pullProgress", ...of, progress });
  }
  pulls.take({ type: "pullStopped", ...of });
  const still = "info, Still pulling an image, 1 of 3 layers, 2.5 of 9.0 MB";
  assert.deepEqual(lines, ["info, Pulling an image", still, still, "info, Pulled an image, 12"]);
});

test("one that fails says why", () => {
  const { lines, pulls } = world();
  pulls.take({ type: "pullStarted", ...of });
  pulls.take({ type: "pullStopped", ...of, error: "manifest unknown" });
  assert.deepEqual(lines, ["info, Pulling an image", "warn, An image could not be pulled, manifest unknown"]);
});

test("who may describe a task learns how far its pull is, while it goes on", async () => {
  const { pulls } = world();
  const { parse, needs, answer } = pullsInquiry(pulls);
  const question = parse({ tasks: [taskArn] });
  assert.deepEqual(needs(question), [{ operation: "DescribeTasks", input: { cluster: "web", tasks: [taskArn] } }]);
  assert.deepEqual(await answer(question, asker), { pulls: [] });
  pulls.take({ type: "pullStarted", ...of });
  pulls.take({ type: "pullProgress", ...of, progress });
  assert.deepEqual(await answer(question, asker), { pulls: [{ ...of, ...progress }] });
  assert.deepEqual(await answer(question, { ...asker, account: "111111111111" }), { pulls: [] });
  assert.deepEqual(await answer(question, { ...asker, region: "eu-west-1" }), { pulls: [] });
  pulls.take({ type: "pullStopped", ...of });
  assert.deepEqual(await answer(question, asker), { pulls: [] });
});

for (const body of [undefined, {}, { tasks: [] }, { tasks: ["0123"] }, { tasks: [7] }]) {
  test(`the question ${JSON.stringify(body)} is refused`, () => {
    assert.throws(() => pullsInquiry(world().pulls).parse(body), isFault("InvalidParameterException", /list of ARNs/));
  });
}
