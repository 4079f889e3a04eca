import assert from "node:assert/strict";
import { test } from "node:test";
import { fargateSizes, isFargateSize, parseCpu, parseMemory } from "./size.ts";

test("CPU is given in units or vCPUs", () => {
  const cases = { "256": 256, ".25 vCPU": 256, "0.5vcpu": 512, "1 vCPU": 1024, "16 VCPU": 16384, " 2 vcpu ": 2048 };
  for (const [text, units] of Object.entries(cases)) assert.equal(parseCpu(text), units, text);
  for (const text of ["", "1.5", "-1", "one", "1 cpu", "0.0001 vCPU", "1 GB"]) assert.equal(parseCpu(text), undefined);
});

test("memory is given in MiB or GB", () => {
  const cases = { "512": 512, "0.5GB": 512, ".5 gb": 512, "1 GB": 1024, "120GB": 122880 };
  for (const [text, mebibytes] of Object.entries(cases)) assert.equal(parseMemory(text), mebibytes, text);
  for (const text of ["", "0.5", "1 MB", "1 vCPU", "1GiB"]) assert.equal(parseMemory(text), undefined, text);
});

/** From "Task size" of the developer guide: the number of amounts of memory for each amount of CPU, and the ends. */
const documented = [
  [256, 3, 512, 2048],
  [512, 4, 1024, 4096],
  [1024, 7, 2048, 8192],
  [2048, 13, 4096, 16384],
  [4096, 23, 8192, 30720],
  [8192, 12, 16384, 61440],
  [16384, 12, 32768, 122880],
  [32768, 3, 61440, 249856],
] as const;

test("Fargate's sizes are those that AWS documents", () => {
  const table = fargateSizes.map(({ cpu, memory }) => [cpu, memory.length, memory[0], memory.at(-1)]);
  assert.deepEqual(table, documented);
});

test("only whole steps are sizes", () => {
  const sizes: [number, number, boolean][] = [
    [256, 1024, true],
    [256, 1536, false],
    [512, 512, false],
    [1024, 2560, false],
    [8192, 20480, true],
    [8192, 17408, false],
    [16384, 36864, false],
    [32768, 65536, false],
    [128, 512, false],
  ];
  for (const [cpu, memory, expected] of sizes) assert.equal(isFargateSize(cpu, memory), expected, `${cpu}/${memory}`);
});
