import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostNetwork } from "#host/network/network.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { InterfaceSpec } from "#kernel/agent-protocol.ts";
import { silentLog } from "#kernel/controller.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryJournal } from "./journal.ts";
import { createLatest } from "./latest.ts";
import { createListing } from "./listing.ts";
import { createNetworks } from "./networks.ts";
import { parseOpenFiles } from "./open-files.ts";
import { sweep } from "./sweep.ts";
import { container, payload } from "./testing/payloads.ts";
import { World } from "./testing/world.ts";
import { duration, withTimeout } from "./timeout.ts";

/** The small parts of the shell, each by itself. */

/** Notes of how many VPCs it is told. */
function networkOf(applied: number[], interfacesPerMs: number): Pick<HostNetwork, "apply" | "interfacesPerMs"> {
  return { apply: async ({ vpcs }) => void applied.push(vpcs.length), interfacesPerMs };
}

test("a network message that comes late does not take back a newer one", async () => {
  const applied: number[] = [];
  const network = networkOf(applied, 20);
  const clock = new VirtualClock();
  const networks = createNetworks({ network, clock, random: seededRandom(1), log: silentLog, onApplied() {} });
  const vpc = { vpcId: "vpc-1", region: "us-east-1", cidrs: [], subnets: [], securityGroups: [], interfaces: [] };
  networks.take({ messageId: "2", seqNum: 2, network: { vpcs: [vpc] } });
  networks.take({ messageId: "1", seqNum: 1, network: { vpcs: [] } });
  await clock.advance(1_000);
  assert.deepEqual(applied, [1]);
  networks.newSession();
  networks.take({ messageId: "3", seqNum: 1, network: { vpcs: [] } });
  await clock.advance(1_000);
  assert.deepEqual(applied, [1, 0]);
});

test("after a network has been applied the host rests, and then applies the latest alone", async () => {
  const applied: number[] = [];
  const network = networkOf(applied, 0.04);
  const clock = new VirtualClock();
  const networks = createNetworks({ network, clock, random: seededRandom(1), log: silentLog, onApplied() {} });
  const interfaces = [{ networkInterfaceId: "eni-1" } as InterfaceSpec];
  const vpc = { vpcId: "vpc-1", region: "us-east-1", cidrs: [], subnets: [], securityGroups: [], interfaces };
  for (let count = 1; count < 4; count++) {
    networks.take({ messageId: String(count), seqNum: count, network: { vpcs: Array(count).fill(vpc) } });
    await clock.advance(1);
  }
  assert.deepEqual(applied, [1]);
  await clock.advance(25);
  assert.deepEqual(applied, [1, 3]);
});

test("of messages that replace each other only later ones count", () => {
  const applied: number[] = [];
  const latest = createLatest<{ seqNum: number }>(({ seqNum }) => applied.push(seqNum));
  for (const seqNum of [2, 1, 2, 3]) latest.take({ seqNum });
  latest.newSession();
  latest.take({ seqNum: 1 });
  assert.deepEqual(applied, [2, 3, 1]);
});

test("a listing that is asked for during another follows it", async () => {
  let listings = 0;
  const clock = new VirtualClock();
  const driver = {
    async listSandboxes() {
      listings++;
      await new Promise<void>((resolve) => clock.after(100, resolve));
      return [];
    },
  } as unknown as RuntimeDriver;
  const heard: number[] = [];
  const listing = createListing({
    ...{ driver, clock, random: seededRandom(1), log: silentLog, everyMs: 60_000 },
    before: () => listings,
    onListed: (_sandboxes, before) => heard.push(before),
  });
  listing.request();
  await clock.advance(50);
  listing.request();
  listing.request();
  await clock.advance(1_000);
  assert.deepEqual(heard, [0, 1]);
  await clock.advance(60_000);
  assert.deepEqual(heard, [0, 1, 2], "and now and then without being asked");
});

test("leftovers are what no task has", async () => {
  const removed: string[] = [];
  const volume = (name: string, taskId?: string) => ({ name, labels: taskId ? { "estiva.task-id": taskId } : {} });
  const journal = memoryJournal();
  for (const id of ["t1", "t2"]) await journal.save(id, {} as never);
  await sweep({
    driver: {
      listVolumes: async () => [volume("one", "t1"), volume("two", "t2"), volume("shared")],
      removeVolume: async (name: string) => void removed.push(name),
    } as unknown as RuntimeDriver,
    network: {
      attached: async () => ["eni-1", "eni-2"].map((networkInterfaceId) => ({ networkInterfaceId, device: "" })),
      detach: async (id: string) => void removed.push(id),
    } as unknown as HostNetwork,
    journal,
    log: silentLog,
    hasTask: (id) => id === "t1",
    hasInterface: (id) => id === "eni-1",
  });
  assert.deepEqual(removed, ["two", "eni-2"]);
  assert.deepEqual(await journal.ids(), ["t1"]);
});

test("a call that takes too long is given up in the words of Amazon ECS", async () => {
  const clock = new VirtualClock();
  const waiting = withTimeout(clock, 180, "started", new Promise(() => {}));
  const refused = assert.rejects(waiting, {
    reason: "Timeout",
    message: "Could not transition to started; timed out after waiting 3m0s",
  });
  await clock.advance(180_000);
  await refused;
  assert.equal(await withTimeout(clock, 1, "started", Promise.resolve(7)), 7);
  await clock.advance(0);
  assert.equal(clock.nextAt(), undefined, "the timer is gone");
  assert.equal(duration(45), "45s");
});

test("limits of a process, as the kernel writes them", () => {
  const line = (hard: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            1024      ${hard}   files\n`;
  assert.equal(parseOpenFiles(line("524288")), 524_288);
  assert.equal(parseOpenFiles(line("unlimited")), Number.POSITIVE_INFINITY);
  assert.equal(parseOpenFiles(""), undefined);
});

test("who does not mind SIGTERM is killed after its stopTimeout, though the clock is set back meanwhile", async () => {
  const deaf = container("app", { image: "fake/run-forever?stop=never", stopTimeout: 10 });
  const task = payload("a1", { containers: [deaf] });
  const world = new World();
  world.clock.aheadMs = 3_600_000;
  await world.start();
  world.controlPlane.want(task);
  await world.run(2_000);
  world.controlPlane.stop(task.taskArn);
  await world.run(4_000);
  world.clock.aheadMs = 0;
  await world.run(4_000);
  assert.notEqual(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
  await world.run(4_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
});
