import assert from "node:assert/strict";
import { test } from "node:test";
import { percentages, sizeFor } from "./service/deploy.ts";
import { parseBoolean, parseBytes, parseNumber, parseSeconds } from "./values.ts";

test("durations, amounts, numbers and booleans", () => {
  const cases: [parse: (value: unknown) => unknown, value: unknown, result: unknown][] = [
    [parseSeconds, "1m30s", 90],
    [parseSeconds, "500ms", 0.5],
    [parseSeconds, "1.5h", 5400],
    [parseSeconds, 10, 10],
    [parseSeconds, "10", 10],
    [parseSeconds, "10 s", undefined],
    [parseSeconds, "", undefined],
    [parseBytes, "64m", 64 * 2 ** 20],
    [parseBytes, "1.5GB", 1.5 * 2 ** 30],
    [parseBytes, "300kb", 300 * 1024],
    [parseBytes, "512MiB", 512 * 2 ** 20],
    [parseBytes, "12", 12],
    [parseBytes, "many", undefined],
    [parseNumber, "0.5", 0.5],
    [parseNumber, "1x", undefined],
    [parseBoolean, "yes", true],
    [parseBoolean, "off", false],
    [parseBoolean, "maybe", undefined],
  ];
  for (const [parse, value, result] of cases) assert.equal(parse(value), result, String(value));
});

test("the smallest size of Fargate", () => {
  const cases: [cpu: number, memory: number, size: [number, number] | undefined][] = [
    [0, 0, [256, 512]],
    [256, 600, [256, 1024]],
    [256, 1025, [256, 2048]],
    [100, 2049, [512, 3072]],
    [512, 512, [512, 1024]],
    [1024, 4096, [1024, 4096]],
    [4096, 30721, [8192, 32768]],
    [16385, 1, undefined],
  ];
  for (const [cpu, memory, size] of cases) {
    const found = sizeFor(cpu, memory);
    assert.deepEqual(found && [found.cpu, found.memoryMiB], size, `${cpu} ${memory}`);
  }
});

/** ECS rounds the floor up and the ceiling down. */
test("percentages give the number of tasks that move at once", () => {
  for (let replicas = 1; replicas <= 40; replicas++) {
    for (let parallelism = 0; parallelism <= replicas; parallelism++) {
      const moved = parallelism === 0 ? replicas : parallelism;
      const stop = percentages("stop-first", parallelism, replicas);
      assert.equal(Math.ceil((replicas * stop.minimumHealthyPercent) / 100), replicas - moved);
      assert.equal(Math.floor((replicas * stop.maximumPercent) / 100), replicas);
      const start = percentages("start-first", parallelism, replicas);
      assert.equal(Math.ceil((replicas * start.minimumHealthyPercent) / 100), replicas);
      assert.equal(Math.floor((replicas * start.maximumPercent) / 100), replicas + moved);
    }
  }
});
