import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus, NetworkCounters, UsageCounters } from "#host/runtime/driver.ts";
import { newTask, type Task, withContainer, withLive } from "../step/state.ts";
import { payload } from "../testing/payloads.ts";
import { type Readings, usageBetween } from "./usage-between.ts";

const second = 1_000_000_000;

function task(status: Partial<ContainerStatus> = {}, change = (same: Task) => same): Task {
  const sightings = { app: { id: "c1", state: "running", startedAt: 0, ...status } as ContainerStatus };
  return change(
    withLive(
      newTask(payload("a1"), () => "m"),
      { sightings },
    ),
  );
}

function reading(at: number, counters: Partial<UsageCounters> | undefined, rxBytes?: number): Readings {
  const base = { at, cpuNanos: 0, memoryBytes: 0, readBytes: 0, writeBytes: 0 };
  const eth0 = { rx_bytes: rxBytes ?? 0, tx_bytes: 0 } as NetworkCounters;
  return {
    at,
    counters: new Map(counters === undefined ? [] : [["c1", { ...base, ...counters }]]),
    networks: new Map(rxBytes === undefined ? [] : [["a1", { at, networks: { eth0 } }]]),
  };
}

const cases: readonly {
  name: string;
  status?: Partial<ContainerStatus>;
  earlier: Readings;
  now: Readings;
  cpuUnits: number | undefined;
}[] = [
  {
    name: "half a core between two passes, by the times at which they read",
    earlier: reading(100_000, { cpuNanos: 10 * second }),
    now: reading(162_000, { cpuNanos: 41 * second }),
    cpuUnits: 512,
  },
  {
    name: "new: since its start",
    status: { startedAt: 140_000 },
    earlier: reading(100_000, undefined),
    now: reading(160_000, { cpuNanos: 5 * second }),
    cpuUnits: 256,
  },
  {
    name: "started again: it has counted from zero since",
    status: { startedAt: 140_000 },
    earlier: reading(100_000, { cpuNanos: second }),
    now: reading(160_000, { cpuNanos: 5 * second }),
    cpuUnits: 256,
  },
  {
    name: "runs for long, and was not read before",
    status: { startedAt: 1_000 },
    earlier: reading(100_000, undefined),
    now: reading(160_000, { cpuNanos: 5 * second }),
    cpuUnits: undefined,
  },
  {
    name: "has only just started",
    status: { startedAt: 159_900 },
    earlier: reading(100_000, undefined),
    now: reading(160_000, { cpuNanos: second / 10 }),
    cpuUnits: undefined,
  },
  {
    name: "has ended meanwhile",
    earlier: reading(100_000, { cpuNanos: second }),
    now: reading(160_000, undefined),
    cpuUnits: undefined,
  },
  {
    name: "does not run",
    status: { state: "exited" },
    earlier: reading(100_000, { cpuNanos: second }),
    now: reading(160_000, { cpuNanos: second }),
    cpuUnits: undefined,
  },
];

for (const { name, status, earlier, now, cpuUnits } of cases) {
  test(`CPU: ${name}`, () => {
    assert.equal(usageBetween([task(status)], earlier, now)[0]?.containers[0]?.cpuUnits, cpuUnits);
  });
}

test("memory, storage and restarts are those of the end of the interval", () => {
  const now = reading(160_000, { memoryBytes: 7, readBytes: 8, writeBytes: 9 });
  const restarted = task({}, (same) => withContainer(same, "app", { restartCount: 2 }));
  const containersOf = (given: Task) => usageBetween([given], reading(100_000, {}), now)[0]?.containers;
  const levels = { containerName: "app", cpuUnits: 0, memoryBytes: 7, storageReadBytes: 8, storageWriteBytes: 9 };
  assert.deepEqual(containersOf(restarted), [levels], "without a restart policy");
  const containers = restarted.payload.containers.map((each) => ({ ...each, restartPolicy: { enabled: true } }));
  const withPolicy = { ...restarted, payload: { ...restarted.payload, containers } };
  assert.deepEqual(containersOf(withPolicy), [{ ...levels, restartCount: 2 }]);
});

test("network: bytes a second, of a new task since its start", () => {
  const rate = (earlier: Readings, now: Readings, startedAt = 0) =>
    usageBetween([task({ startedAt })], earlier, now)[0]?.network?.rxBytesPerSecond;
  assert.equal(rate(reading(100_000, {}, 1_000), reading(160_000, {}, 61_000)), 1_000);
  assert.equal(rate(reading(100_000, {}), reading(160_000, {}, 61_000)), undefined);
  assert.equal(rate(reading(100_000, undefined), reading(160_000, {}, 20_000), 140_000), 1_000);
});
