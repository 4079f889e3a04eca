import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentSession, TaskStateChange } from "#kernel/agent-protocol.ts";
import type { Store } from "#kernel/store.ts";
import { testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { taskKey, tasks } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { AgentHub } from "./hub.ts";

/** A hub, and what an agent of it has been told of networks and names: `names 2` has two VPCs. */
async function hubWithAgent() {
  const world = await testWorld({ collections: ecsCollections });
  const hub = new AgentHub(world);
  const told: string[] = [];
  const ids: string[] = [];
  const tell = (text: string, messageId: string) => {
    told.push(text);
    ids.push(messageId);
  };
  const session: AgentSession = {
    payload: ({ messageId }) => ids.push(messageId),
    network: ({ network, messageId }) => tell(`network ${network.vpcs.length}`, messageId),
    names: ({ names, messageId }) => tell(`names ${names.vpcs.length}`, messageId),
    loadBalancers: ({ nodes, messageId }) => tell(`load balancers ${nodes.length}`, messageId),
    exec: ({ sessionId, messageId }) => tell(`exec ${sessionId}`, messageId),
    heartbeat() {},
    closed() {},
  };
  return { ...world, hub, told, ids, session };
}

const names = (count: number) => ({
  vpcs: Array.from({ length: count }, (_, i) => ({ vpcId: `vpc-${i}`, zones: [] })),
});

test("names are sent again until they are acknowledged, the latest only", async () => {
  const { clock, hub, told, ids, session } = await hubWithAgent();
  hub.publishNetwork({ vpcs: [] });
  hub.publishNames(names(1));
  const connection = hub.connect("host-1", session);
  assert.deepEqual(told, ["network 0", "names 1"]);
  hub.publishNames(names(2));
  hub.publishNames(names(3));
  await clock.advance(5_000);
  assert.deepEqual(told.splice(0).slice(2), ["names 2", "names 3", "network 0", "names 3"]);
  for (const id of ids) connection.ack(id);
  await clock.advance(50_000);
  assert.deepEqual(told, []);
});

test("load balancer nodes are told at once, and to an agent that connects again", async () => {
  const { hub, told, session } = await hubWithAgent();
  hub.connect("host-1", session);
  hub.publishLoadBalancers([]);
  hub.connect("host-1", session);
  assert.deepEqual(told, ["load balancers 0", "load balancers 0"]);
});

test("an agent that connects again is told the latest names", async () => {
  const { hub, told, session } = await hubWithAgent();
  hub.connect("host-1", session).close();
  hub.publishNames(names(2));
  assert.deepEqual(told, []);
  hub.connect("host-1", session);
  assert.deepEqual(told, ["names 2"]);
});

test("an agent is asked for a session until it has taken that over; one that is away cannot be", async () => {
  const { clock, hub, told, ids, session } = await hubWithAgent();
  const wanted = { sessionId: "s1", taskArn: "arn:task", containerName: "app", command: "sh" };
  assert.deepEqual([hub.isConnected("host-1"), hub.exec("host-1", wanted)], [false, false]);
  const connection = hub.connect("host-1", session);
  for (const id of ids) connection.ack(id);
  assert.deepEqual([hub.isConnected("host-1"), hub.exec("host-1", wanted)], [true, true]);
  await clock.advance(5_000);
  assert.deepEqual(told, ["exec s1", "exec s1"]);
  connection.ack(ids.at(-1)!);
  await clock.advance(50_000);
  assert.equal(told.length, 2);
});

/** Commits a task that has been placed. The world's store keeps to the state machine: it begins in PROVISIONING. */
async function placedTask(store: Store) {
  const placed = aTask({ lastStatus: "PENDING", version: 1 });
  const key = taskKey(placed);
  await store.commit({ put: [{ key, value: { ...placed, lastStatus: "PROVISIONING" } }] });
  const revision = await store.as("ecs.scheduler").commit({ put: [{ key, value: placed }] });
  const running = { taskArn: placed.taskArn, status: "RUNNING", containers: [], startedAt: 5 } as const;
  return { key, revision, running };
}

test("a report and the step that follows from it are one commit", async () => {
  const { store, hub } = await hubWithAgent();
  const { key, revision, running } = await placedTask(store);
  await hub.submitTaskStateChange({ ...running, sequence: 1 });
  const task = store.view(tasks).get(key)!;
  const { lastStatus, agent, version } = task.value;
  const found = [lastStatus, agent?.status, version, task.modRevision];
  assert.deepEqual(found, ["ACTIVATING", "RUNNING", 2, revision + 1]);
});

test("an agent that tells once more how a task is makes no new version of it", async () => {
  const { store, hub } = await hubWithAgent();
  const { key, running } = await placedTask(store);
  const told = async (change: { sequence: number } & Partial<TaskStateChange>) => {
    await hub.submitTaskStateChange({ ...running, ...change });
    const { lastStatus, version, agent } = store.view(tasks).get(key)!.value;
    return [lastStatus, version, agent!.sequence];
  };
  await told({ sequence: 1 });
  assert.deepEqual(await told({ sequence: 2 }), ["RUNNING", 3, 2]);
  assert.deepEqual(await told({ sequence: 3 }), ["RUNNING", 3, 3]);
  const ended = [{ containerName: "app", status: "STOPPED", exitCode: 1 }] as const;
  assert.deepEqual(await told({ sequence: 4, containers: ended }), ["RUNNING", 4, 4]);
});
