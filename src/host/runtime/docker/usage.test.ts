import assert from "node:assert/strict";
import { test } from "node:test";
import type { UsageCounters } from "../driver.ts";
import type { StatsAnswer } from "./api.ts";
import { toCounters } from "./usage.ts";

/** What the engine says where its control groups cannot be read, by the version of those. */
const cases: readonly { name: string; stats: StatsAnswer; counters: UsageCounters | undefined }[] = [
  {
    name: "version 1",
    stats: {
      cpu_stats: { cpu_usage: { total_usage: 500 } },
      memory_stats: { usage: 1000, stats: { total_cache: 300, total_shmem: 50, inactive_file: 100 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: "Read", value: 1 },
          { op: "Write", value: 2 },
          { op: "Total", value: 3 },
        ],
      },
    },
    counters: { at: 7, cpuNanos: 500, memoryBytes: 750, readBytes: 1, writeBytes: 2 },
  },
  {
    name: "version 2",
    stats: {
      cpu_stats: { cpu_usage: { total_usage: 500 } },
      memory_stats: { usage: 1000, stats: { inactive_file: 100 } },
      blkio_stats: { io_service_bytes_recursive: null },
    },
    counters: { at: 7, cpuNanos: 500, memoryBytes: 900, readBytes: 0, writeBytes: 0 },
  },
  { name: "ended", stats: { cpu_stats: {}, memory_stats: {} }, counters: undefined },
];

for (const { name, stats, counters } of cases) {
  test(`counters of the engine's statistics: ${name}`, () => assert.deepEqual(toCounters(stats, 7), counters));
}
