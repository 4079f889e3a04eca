import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { containerSpec, EventLog, sandboxSpec, start } from "../../../../test/contracts/runtime/fixture.ts";
import { busyboxReference as image } from "../../../../test/images/busybox.ts";
import { type TestDocker, testDocker } from "../../../../test/images/docker.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import { until } from "../../../../test/support/until.ts";
import { parseAddress } from "./address.ts";
import { createSandboxGroups } from "./cgroup.ts";
import { createEngineClient } from "./client.ts";
import { toEngineInfo } from "./engine-info.ts";

const engine = await testEngine();

describe("docker: sandboxes", { skip: "skip" in engine && engine.skip }, () => {
  let docker: TestDocker;
  let socket = "";
  before(async () => {
    if (!("socket" in engine)) return;
    socket = engine.socket;
    docker = await testDocker(socket);
  });
  after(() => docker?.close());

  /** The names of the owner's containers as the engine has them, once there are `count` prepared ones. */
  async function untilPrepared(count: number): Promise<string[]> {
    const client = createEngineClient(parseAddress(socket), systemClock());
    const look = async () => {
      const query = { filters: { label: [`estiva.runtime.owner=${docker.owner}`] } };
      const entries: { Names: string[] }[] = await client.call("GET", "/containers/json", { query });
      return entries.map((entry) => entry.Names[0]!).filter((name) => name.startsWith(`/${docker.owner}..`));
    };
    const done = until(`${count} prepared sandboxes`, look, (names) => names.length === count);
    return done.finally(() => client.close());
  }

  test("a sandbox comes from the stock, which is filled again and survives a restart", async () => {
    docker.driver.prepareSandboxes(2);
    const prepared = await untilPrepared(2);
    assert.deepEqual(await docker.driver.listSandboxes(), [], "prepared sandboxes are listed");

    const claimed = await docker.driver.createSandbox(sandboxSpec("stock-a", { resources: { cpuUnits: 128 } }));
    assert.match(claimed.hostname, /^estiva-/);
    assert.deepEqual(
      (await docker.driver.listSandboxes()).map(({ name, id }) => ({ name, id })),
      [{ name: "stock-a", id: claimed.id }],
    );
    await untilPrepared(2);

    const later = docker.reopen();
    later.prepareSandboxes(2);
    const again = await later.createSandbox(sandboxSpec("stock-a", { resources: { cpuUnits: 128 } }));
    assert.equal(again.id, claimed.id, "a repeated request finds the claimed sandbox");
    await later.removeSandbox(claimed.id);
    await later.prepareSandboxes(0); // none is half made when it closes
    await later.close();

    docker.driver.prepareSandboxes(0);
    await untilPrepared(0);
    assert.equal(prepared.length, 2);
  });

  test("a prepared sandbox that has died is not handed out", async () => {
    docker.driver.prepareSandboxes(1);
    const [name] = await untilPrepared(1);
    const client = createEngineClient(parseAddress(socket), systemClock());
    await client.call("POST", `/containers/${name!.slice(1)}/kill`, { query: { signal: "SIGTERM" } });
    client.close();
    const sandbox = await docker.driver.createSandbox(sandboxSpec("stock-dead"));
    const status = (await docker.driver.listSandboxes()).find(({ id }) => id === sandbox.id);
    assert.equal(status?.running, true);
    docker.driver.prepareSandboxes(0);
    await untilPrepared(0);
    await docker.driver.removeSandbox(sandbox.id);
  });

  test("what an earlier process prepared goes too when none are wanted", async () => {
    const earlier = docker.reopen();
    earlier.prepareSandboxes(2);
    await untilPrepared(2);
    await earlier.close();
    const later = docker.reopen();
    await later.prepareSandboxes(0);
    await later.close();
    await untilPrepared(0);
  });

  test("control groups that a killed process left are gone when the driver closes", async (t) => {
    const { driver, owner } = docker;
    const info = await driver.info();
    if (!info.sandboxLimits) return t.skip(info.limitations.join("; "));
    const client = createEngineClient(parseAddress(socket), systemClock());
    const engineInfo = toEngineInfo(await client.call("GET", "/info"), client.address);
    client.close();
    const groups = await createSandboxGroups(engineInfo, owner, systemClock());
    const later = docker.reopen();
    const events = new EventLog(later);
    await events.until((event) => event.type === "resync");
    const left = groups.parentOf("0123456789abcdef");
    await groups.create(left);
    await later.close();
    assert.ok(!(await groups.list()).includes(left));
  });

  test("a sandbox that has ended starts at its ports again, at others when somebody has got one of them", async () => {
    const { driver } = docker;
    const range = { containerPort: 80, count: 3, hostPort: 0, protocol: "tcp", hostIp: "127.0.0.1" } as const;
    const spec = sandboxSpec("range-again", { network: "bridge", portMappings: [range] });
    const first = await driver.createSandbox(spec);
    await driver.stopSandbox(first.id);
    const second = await driver.createSandbox(spec);
    assert.deepEqual([second.id, second.ports], [first.id, first.ports]);
    await driver.stopSandbox(first.id);
    const { count: _, ...taken } = { ...range, hostPort: first.ports[1]!.hostPort };
    const other = await driver.createSandbox(sandboxSpec("in-between", { network: "bridge", portMappings: [taken] }));
    const { id, ports } = await driver.createSandbox(spec);
    const hostPorts = ports.map(({ hostPort }) => hostPort).toSorted((a, b) => a - b);
    assert.deepEqual(
      hostPorts,
      [0, 1, 2].map((i) => hostPorts[0]! + i),
    );
    assert.ok(!hostPorts.includes(taken.hostPort), `${hostPorts}`);
    for (const each of [id, other.id]) await driver.removeSandbox(each);
    assert.deepEqual(await driver.listSandboxes(), []);
  });

  test("limits hold for all containers together; only the one that was hit is marked", async (t) => {
    const { driver } = docker;
    const info = await driver.info();
    if (!info.sandboxLimits) return t.skip(info.limitations.join("; "));
    const events = new EventLog(driver);
    await events.until((event) => event.type === "resync");
    const limits = sandboxSpec("limits", { resources: { memoryMiB: 32, cpuUnits: 512 } });
    const sandbox = await driver.createSandbox(limits);
    const create = (name: string, command: string[]) =>
      driver.createContainer(sandbox.id, containerSpec({ image, command }, { name }));
    const quiet = await create("quiet", ["sleep", "1000000"]);
    const greedy = await create("greedy", ["tail", "-n1", "/dev/zero"]);
    await driver.startContainer(quiet);
    await driver.startContainer(greedy);
    await events.of("exited", greedy);
    await driver.signalContainer(quiet, "SIGKILL");
    await events.of("exited", quiet);
    const outcome = async (id: string) => {
      const { exitCode, oomKilled } = await driver.inspectContainer(id);
      return { exitCode, oomKilled };
    };
    assert.deepEqual(await outcome(greedy), { exitCode: 137, oomKilled: true });
    assert.deepEqual(await outcome(quiet), { exitCode: 137, oomKilled: false });
    assert.ok(!events.seen.some((event) => event.type === "oom" && event.containerId !== greedy));
    events.close();
    await driver.removeSandbox(sandbox.id);
    await assertNoGroups(docker.owner);
  });

  test("the orphans of a shared PID namespace are reaped", async () => {
    const { driver } = docker;
    const sandbox = await driver.createSandbox(sandboxSpec("orphans", { sharePid: true }));
    const command = ["sh", "-c", "(sh -c 'true & exec sleep 0.05' &) ; sleep 1000000"];
    const id = await driver.createContainer(sandbox.id, containerSpec({ image, command }, { pidMode: "sandbox" }));
    await driver.startContainer(id);
    const states = async () => {
      const process = await driver.exec(id, { command: ["ps", "-o", "stat,comm"], tty: false });
      let text = "";
      for await (const { data } of process.output) text += Buffer.from(data);
      return text;
    };
    // The child of the short sleep is nobody's to reap until that has ended.
    await until("no zombie", states, (text) => !/^Z/m.test(text));
    await driver.removeSandbox(sandbox.id);
  });

  test("containers whose pause container somebody has removed are an ended sandbox's, and go with it", async () => {
    const { driver } = docker;
    const forever = containerSpec({ image, command: ["sleep", "1000000"] });
    const { sandboxId, containerId } = await start(driver, "bereft", forever);
    const client = createEngineClient(parseAddress(socket), systemClock());
    await client.call("DELETE", `/containers/${sandboxId}`, { query: { force: true } });
    client.close();
    const listed = (await driver.listSandboxes()).find(({ id }) => id === sandboxId);
    assert.deepEqual(
      [listed?.name, listed?.running, listed?.containers.map(({ id }) => id)],
      ["bereft", false, [containerId]],
    );
    await driver.removeSandbox(sandboxId);
    await assert.rejects(driver.inspectContainer(containerId), { reason: "NotFound" });
    assert.deepEqual(await driver.listSandboxes(), []);
  });

  test("a sandbox that cannot be made leaves nothing behind", async () => {
    const { driver } = docker;
    const broken = sandboxSpec("broken", { sysctls: { "net.no_such_setting": "1" } });
    await assert.rejects(driver.createSandbox(broken), { name: "DriverError" });
    assert.ok(!(await driver.listSandboxes()).some(({ name }) => name === "broken"));
    await assertNoGroups(docker.owner);
  });
});

/** The last prepared ones are removed in the background. */
async function assertNoGroups(owner: string): Promise<void> {
  await until(
    "the control groups to go",
    () => groupsOf(owner),
    (groups) => groups.length === 0,
  );
}

async function groupsOf(owner: string): Promise<string[]> {
  const mounts = await readFile("/proc/mounts", "utf8");
  const homes = [...mounts.matchAll(/^\S+ (\S+) cgroup2? /gm)].map(([, path]) => `${path}/estiva/${owner}`);
  const found = homes.map(async (home) => {
    const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${home}/${name}`);
  });
  return (await Promise.all(found)).flat();
}
