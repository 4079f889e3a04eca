import assert from "node:assert/strict";
import { test } from "node:test";
import type { FakeExec } from "#host/runtime/fake/exec.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { ExecMessage } from "#kernel/data-channel.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { flagPayload, jsonPayload, payloadTypes, sessionFlags } from "#wire/data-channel/contents.ts";
import { ExecClient, type ExecClientOptions } from "../testing/exec-client.ts";
import { container, payload } from "../testing/payloads.ts";
import { nothing, World } from "../testing/world.ts";

const task = payload("a1", { enableExecuteCommand: true });
const minutes = 60_000;
const unavailable = () => new DriverError("Unavailable", "gone", { retryable: true });

async function running(wanted: TaskPayload = task): Promise<World> {
  const world = new World();
  await world.start();
  world.controlPlane.want(wanted);
  await world.run(2_000);
  return world;
}

/** The commands that run beside the containers' own. */
function execs(world: World): FakeExec[] {
  return [...world.host.containers.values()].flatMap(({ execs: each }) => [...each]);
}

async function open(world: World, options: ExecClientOptions & Partial<ExecMessage> = {}) {
  const { wishes, faults, sessionId = "s1", ...more } = options;
  const client = new ExecClient(world, sessionId, {
    ...(wishes !== undefined && { wishes }),
    ...(faults && { faults }),
  });
  world.controlPlane.exec({
    sessionId,
    taskArn: task.taskArn,
    containerName: "app",
    command: "sh -c 'exit 3'",
    ...more,
  });
  await world.run(500);
  return client;
}

test("a plugin of AWS has a terminal as root, its size, and what the command writes", async () => {
  const world = await running();
  const client = await open(world);
  const [exec] = execs(world);
  assert.deepEqual(client.sessionType, [
    { ActionType: "SessionType", ActionParameters: { SessionType: "InteractiveCommands", Properties: {} } },
  ]);
  const { command, tty, user, environment, size } = exec!.spec;
  assert.deepEqual(
    { command, tty, user, environment, size },
    {
      ...{ command: ["sh", "-c", "exit 3"], tty: true, user: "0:0", environment: ["TERM=xterm-256color"] },
      size: undefined,
    },
  );
  client.resize(120, 40);
  client.type("hello\r");
  await world.run(500);
  assert.deepEqual(exec?.size, { columns: 120, rows: 40 });
  assert.deepEqual([client.completed, client.output], [true, "sh -c exit 3\nhello\r"]);
  exec?.end(3);
  await world.run(500);
  assert.deepEqual([client.closed, client.exitCode, execs(world)], ["", undefined, []]);
});

test("a script has no terminal, ends its input and is told the exit code", async () => {
  const world = await running();
  const client = await open(world, { wishes: { Terminal: null, ExitCode: true } });
  const { tty, environment } = execs(world)[0]!.spec;
  assert.deepEqual([tty, environment], [false, undefined]);
  client.type("input\n");
  client.endInput();
  await world.run(500);
  assert.deepEqual([client.output, client.exitCode, client.closed], ["sh -c exit 3\ninput\n", 3, ""]);
});

test("a terminal begins with its size", async () => {
  const world = await running();
  await open(world, { wishes: { Terminal: { cols: 90, rows: 30 }, ExitCode: true } });
  assert.deepEqual(execs(world)[0]?.spec.size, { columns: 90, rows: 30 });
});

for (let seed = 1; seed <= 5; seed++) {
  test(`everything arrives once and in order over a bad way (${seed})`, async () => {
    const world = await running();
    const faults = { lose: 0.15, double: 0.15, longestDelayMs: 300 };
    const client = await open(world, { wishes: { Terminal: null, ExitCode: true }, faults });
    await world.run(20_000);
    const [exec] = execs(world);
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i} ${"x".repeat(i)}\n`);
    for (const line of lines) exec?.write(line);
    for (const text of ["a", "b", "c", "d"]) client.type(text);
    await world.run(20 * minutes);
    client.endInput();
    await world.run(5 * minutes);
    const expected = `sh -c exit 3\n${lines.join("")}`;
    assert.equal(client.output.replace(/abcd$/, ""), expected);
    assert.deepEqual([client.output.endsWith("abcd"), client.exitCode, client.closed], [true, 3, ""]);
  });
}

test("a client that goes away takes its command with it", async () => {
  const world = await running();
  const client = await open(world);
  assert.equal(execs(world).length, 1);
  client.leave();
  await world.run(500);
  assert.deepEqual(execs(world), []);
});

test("a client that goes away while the command is being started leaves none, either", async () => {
  const world = await running();
  world.inject = ({ method }) => (method === "exec" ? { delayMs: 5_000 } : undefined);
  const client = await open(world);
  client.leave();
  await world.run(10_000);
  assert.deepEqual(execs(world), []);
});

test("a client can end the session", async () => {
  const world = await running();
  const client = await open(world);
  client.stream.send(payloadTypes.flag, flagPayload(sessionFlags.terminateSession));
  await world.run(500);
  assert.deepEqual([client.closed, execs(world)], ["", []]);
});

test("a session without traffic ends after 20 minutes, and not before", async () => {
  const world = await running();
  const client = await open(world);
  await world.run(19 * minutes);
  client.type("x");
  await world.run(19 * minutes);
  assert.equal(client.closed, undefined);
  await world.run(2 * minutes);
  assert.deepEqual([client.closed, execs(world)], ["Your session timed out due to inactivity.", []]);
});

test("a client that does not shake hands is given up, and nothing has been run for it", async () => {
  const world = await running();
  const client = await open(world, { wishes: "silent" });
  client.type("too early");
  await world.run(14_000);
  assert.equal(client.closed, undefined);
  await world.run(1_000);
  assert.match(client.closed!, /^Handshake timed out\./);
  assert.equal(world.host.calls.get("exec"), undefined);
});

test("a command that ends at once has its output told", async () => {
  const world = await running();
  const client = await open(world, { command: "now exit 4", wishes: { Terminal: null, ExitCode: true } });
  assert.deepEqual([client.output, client.exitCode, client.closed], ["now exit 4\n", 4, ""]);
});

const refused: readonly [string, Partial<ExecMessage>, RegExp][] = [
  ["a task that is not there", { taskArn: `${task.taskArn}9` }, /^The container is not running\.$/],
  ["a container that is not there", { containerName: "other" }, /^The container is not running\.$/],
  ["a command that is none", { command: "sh -c 'x" }, /Unable to start command: Failed to parse commands input/],
];
for (const [name, fields, reason] of refused) {
  test(`${name} closes the session with the reason`, async () => {
    const world = await running();
    const client = await open(world, fields);
    assert.match(client.closed!, reason);
    assert.equal(world.host.calls.get("exec"), undefined);
  });
}

test("a task for which it is not enabled has no sessions", async () => {
  const world = await running(payload("a1"));
  assert.equal((await open(world)).closed, "The container is not running.");
});

test("an engine that cannot start the command says why", async () => {
  const world = await running();
  world.host.engineDown("gone");
  const client = await open(world);
  assert.match(client.closed!, /^\n----------ERROR-------\nUnable to start command: The container engine does not/);
});

test("without a command there is a shell", async () => {
  const world = await running();
  await open(world, { command: "  " });
  assert.deepEqual(execs(world)[0]?.spec.command, ["sh"]);
});

test("a session ends with its container, and with the task", async () => {
  const two = payload("a1", {
    enableExecuteCommand: true,
    containers: [container("app"), container("side", { essential: false, image: "fake/exit?after=60s" })],
  });
  const world = await running(two);
  const side = await open(world, { containerName: "side", sessionId: "s1" });
  const app = await open(world, { containerName: "app", sessionId: "s2" });
  await world.run(61_000);
  assert.deepEqual([side.closed !== undefined, app.closed], [true, undefined]);
  world.controlPlane.stop(two.taskArn);
  await world.run(60_000);
  assert.ok(app.closed !== undefined);
  assert.deepEqual(world.leftovers(), nothing);
});

test("a message that comes twice opens the session once", async () => {
  const world = await running();
  const client = await open(world);
  world.controlPlane.exec({ sessionId: "s1", taskArn: task.taskArn, containerName: "app", command: "ls" });
  await world.run(500);
  assert.deepEqual([client.opened, execs(world).length], [1, 1]);
});

test("what a session shows goes to its log", async () => {
  const world = await running();
  const log = { account: "000000000000", region: "us-east-1", logGroupName: "g", logStreamName: "s1" };
  const client = await open(world, { log });
  client.type("ls\r");
  await world.run(500);
  assert.deepEqual(world.logs.sessions.get("s1"), { text: "sh -c exit 3\nls\r", ended: false });
  client.leave();
  await world.run(500);
  assert.equal(world.logs.sessions.get("s1")?.ended, true);
});

test("when the agent stops, its sessions do", async () => {
  const world = await running();
  const client = await open(world);
  const stopped = world.agent?.stop();
  await world.run(500);
  await stopped;
  assert.deepEqual([client.closed, execs(world)], ["The agent is stopping.", []]);
});

test("after a crash what ran in sessions is ended, also when the engine is away at first", async () => {
  for (const isAway of [false, true]) {
    const world = await running();
    await open(world);
    const [exec] = execs(world);
    // A crash: nothing is told, nothing is closed.
    const crashed = world.agent;
    world.agent = undefined;
    if (isAway) world.inject = ({ method }) => (method === "endLostExecs" ? { error: unavailable() } : undefined);
    await world.start();
    await world.run(1_000);
    assert.equal(execs(world).includes(exec!), isAway);
    world.inject = undefined;
    const client = await open(world, { sessionId: "s2" });
    await world.run(10 * minutes);
    assert.deepEqual([execs(world).length, client.closed], [1, undefined]);
    client.leave();
    await crashed?.stop();
    await world.run(minutes);
  }
});

test("noise on the channel changes nothing", async () => {
  const world = await running();
  const client = await open(world);
  const random = seededRandom(9);
  for (let i = 0; i < 300; i++) client.sendRaw(random.bytes(i));
  for (let type = 0; type < 20; type++) client.stream.send(type === 10 ? 30 : type, random.bytes(20));
  client.stream.send(payloadTypes.size, jsonPayload({ cols: 1e9, rows: -1 }));
  client.stream.send(payloadTypes.flag, flagPayload(99));
  await world.run(500);
  assert.deepEqual([client.closed, execs(world).length, execs(world)[0]?.size], [undefined, 1, undefined]);
});
