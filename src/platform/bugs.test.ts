import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { InvariantError } from "#kernel/fault.ts";
import { Bugs } from "./bugs.ts";

test("bugs are logged with where they were and their stack, and remembered, each kind once, so many at most", () => {
  const lines: unknown[] = [];
  const bugs = new Bugs({ ...silentLog, error: (_, fields) => void lines.push(fields) });
  const error = new InvariantError("Written twice in one commit: ecs/task/a");
  bugs.report(error, "ecs:StopTask");
  assert.deepEqual(lines, [{ where: "ecs:StopTask", error, stack: error.stack }]);
  const told = (times: string) => `A bug was found ${times} in ecs:StopTask: InvariantError: ${error.message}`;
  const mend = "please report it with the lines of the platform's log";
  assert.deepEqual(bugs.problems(), [{ message: told("once"), mend }]);
  bugs.report(error, "ecs:StopTask");
  for (let i = 0; i < 50; i++) bugs.report(`${i}`, "ecs.task");
  bugs.report(error, "ecs:StopTask");
  assert.equal(bugs.problems().length, 10);
  assert.equal(bugs.problems()[0]!.message, told("3 times"));
});
