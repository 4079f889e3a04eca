import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { type RegistryOptions, startRegistry, type TestRegistry } from "../images/registry.ts";
import { startEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, logLines, register, runTasks, runToEnd, shell, stopped, untilTask } from "../support/tasks.ts";

/** Images that are pulled from registries, and those that cannot be. */

const shared = await sharePlatform();
const registries: TestRegistry[] = [];
after(() => Promise.all(registries.map((registry) => registry.close())));

/** A registry of a test's own on loopback, whose image says `pulled`. */
async function registry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const busybox = { path: "bin/busybox", data: readFileSync("/bin/busybox"), mode: 0o755 };
  const entries = [{ path: "bin", directory: true as const, mode: 0o755 }, busybox];
  const started = await startRegistry({ entries, command: ["/bin/busybox", "echo", "pulled"], ...options });
  registries.push(started);
  return started;
}

function define(family: string, image: string): Promise<string> {
  const { command: _, ...container } = shell("app", "");
  return register(shared.clients, family, [{ ...container, image }]);
}

/** The engine keeps no image of a registry that is no more. */
async function forget(image: string): Promise<void> {
  await shared.engine.call("DELETE", `/images/${image}`, { query: { force: true } });
}

describe("an image", { skip: shared.skip, concurrency: 6 }, () => {
  test("is pulled once for tasks that start together, and its digest is told and can be named", async () => {
    let release = () => {};
    const { host, manifestRequests } = await registry({ until: new Promise<void>((resolve) => (release = resolve)) });
    const definition = await define("pulled", `${host}/open:1`);
    const tasks = await runTasks(shared.clients, definition, { count: 4 });
    // Together, however late one of them is on a busy machine.
    for (const { taskArn } of tasks) {
      await untilTask(shared.clients, taskArn!, ({ pullStartedAt }) => pullStartedAt !== undefined);
    }
    release();
    const digests = new Set<string>();
    for (const { taskArn } of tasks) {
      const task = await stopped(shared.clients, taskArn!);
      assert.equal(task.containers![0]!.exitCode, 0, JSON.stringify(task));
      assert.deepEqual(await logLines(shared.clients, task, "app"), ["pulled"]);
      assert.ok(task.pullStartedAt! <= task.pullStoppedAt!);
      digests.add(task.containers![0]!.imageDigest!);
    }
    assert.match([...digests].join(), /^sha256:[0-9a-f]{64}$/);
    assert.ok(manifestRequests.get("open")! <= 4, `${manifestRequests.get("open")} requests for a manifest`);
    const byDigest = `${host}/open@${[...digests][0]}`;
    const { lines } = await runToEnd(shared.clients, await define("by-digest", byDigest));
    assert.deepEqual(lines, ["pulled"]);
    await forget(`${host}/open:1`);
  });

  test("that is pulled slowly keeps nobody waiting; a task that waits for it can be stopped", async () => {
    let release = () => {};
    const { host } = await registry({ until: new Promise<void>((resolve) => (release = resolve)) });
    const image = `${host}/open:1`;
    const [waits, gives] = await runTasks(shared.clients, await define("slow", image), { count: 2 });
    await untilTask(shared.clients, waits!.taskArn!, ({ pullStartedAt }) => pullStartedAt !== undefined);
    const other = await runToEnd(shared.clients, await register(shared.clients, "quick", [shell("app", "echo quick")]));
    assert.deepEqual(other.lines, ["quick"]);
    await shared.clients.ecs.send(new StopTaskCommand({ cluster, task: gives!.taskArn! }));
    assert.equal((await stopped(shared.clients, gives!.taskArn!)).pullStoppedAt, undefined);
    assert.equal((await untilTask(shared.clients, waits!.taskArn!, () => true)).lastStatus, "PENDING");
    release();
    const task = await stopped(shared.clients, waits!.taskArn!);
    assert.deepEqual(await logLines(shared.clients, task, "app"), ["pulled"]);
    await forget(image);
  });

  test("that is pulled slowly shows in the progress of estiva run", async () => {
    let release = () => {};
    const { host } = await registry({ until: new Promise<void>((resolve) => (release = resolve)) });
    const image = `${host}/open:1`;
    const run = startEstiva(shared.platform, ["run", image]);
    await run.shows(`PENDING  pulling ${image}\n`, "err");
    release();
    const { code } = await run.ended();
    assert.deepEqual([code, run.out], [0, "pulled\n"], run.err);
    await forget(image);
  });

  const failures: [name: string, image: () => Promise<string>, words: RegExp][] = [
    ["of a registry that does not answer", async () => "127.0.0.1:1/none:1", /127\.0\.0\.1:1.*refused/],
    ["that the registry does not have", async () => `${(await registry()).host}/none:1`, /not found|manifest unknown/],
    [
      "of a private registry without credentials",
      async () => `${(await registry({ private: true })).host}/open:1`,
      /unauthorized|no basic auth credentials/i,
    ],
    ["of another architecture", async () => `${(await registry()).host}/foreign:1`, /platform|no matching manifest/],
  ];
  for (const [i, [name, image, words]] of failures.entries()) {
    test(`${name} fails the task in ECS's words`, async () => {
      const [started] = await runTasks(shared.clients, await define(`fails-${i}`, await image()));
      const task: Task = await stopped(shared.clients, started!.taskArn!);
      assert.equal(task.stopCode, "TaskFailedToStart");
      assert.match(task.stoppedReason!, /^CannotPullContainerError: /);
      assert.match(task.stoppedReason!, words);
      assert.equal(task.containers![0]!.exitCode, undefined);
      assert.equal(task.startedAt, undefined);
    });
  }
});
