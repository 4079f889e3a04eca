/**
 * Placements on simulated instances: `node --expose-gc bench/placement.ts [--json]`. A thousand services that differ in
 * size, strategy and constraints start their tasks one at a time and by turns, which is the worst case for whatever is
 * remembered of a service. Beside it, in the same run, the loop that everybody would write first: best fit over all
 * instances, with nothing but two numbers each.
 */
import { seededRandom } from "#kernel/random.ts";
import {
  compileRequest,
  createPool,
  type Instance,
  type Placement,
  type PlacementRequest,
  type Pool,
  readConstraints,
  readStrategies,
  serviceDefault,
} from "#placement/index.ts";
import { report } from "./report.ts";

const instanceCount = 10_000;
const taskCount = 1_000_000;
const serviceCount = 1_000;
const random = seededRandom(7);

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(random.float() * from.length)]!;
}

const types = [
  { name: "c5.9xlarge", cpu: 36, memoryGiB: 72 },
  { name: "m5.12xlarge", cpu: 48, memoryGiB: 192 },
  { name: "r5.8xlarge", cpu: 32, memoryGiB: 256 },
];

function instance(_: unknown, index: number): Instance {
  const type = types[index % types.length]!;
  return {
    id: `i-${index}`,
    status: "ACTIVE",
    agentConnected: true,
    attributes: new Map([
      ["ecs.availability-zone", `us-east-1${"abc"[Math.floor(index / types.length) % 3]}`],
      ["ecs.instance-type", type.name],
      ["ecs.capability.task-iam-role", ""],
      ["stack", index % 10 === 0 ? "batch" : "prod"],
    ]),
    cpu: type.cpu * 1024,
    memoryMiB: type.memoryGiB * 1024,
  };
}

const strategies = [
  serviceDefault,
  serviceDefault,
  serviceDefault,
  readStrategies([
    { type: "spread", field: "attribute:ecs.availability-zone" },
    { type: "binpack", field: "memory" },
  ]),
  readStrategies([{ type: "binpack", field: "memory" }]),
  readStrategies([{ type: "binpack", field: "cpu" }]),
  readStrategies([{ type: "random" }]),
  readStrategies([{ type: "spread", field: "instanceId" }]),
];
const constraints = [
  [],
  [],
  [],
  [{ type: "memberOf", expression: "attribute:stack == prod" }],
  [{ type: "memberOf", expression: "attribute:ecs.instance-type =~ [mr]5.*" }],
  [{ type: "memberOf", expression: "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]" }],
].map(readConstraints);

function service(_: unknown, index: number): PlacementRequest {
  const spread = pick(strategies);
  return compileRequest({
    group: `service:s-${index}`,
    cpu: pick([128, 256, 256, 512]),
    memoryMiB: pick([256, 512, 1024, 1024]),
    attributes: [{ name: "ecs.capability.task-iam-role" }],
    // Some hold a host port: one task an instance.
    ...(spread === serviceDefault && index % 10 === 0 && { ports: [{ port: 8000 + index, protocol: "tcp" as const }] }),
    constraints: pick(constraints),
    strategies: spread,
  });
}

interface Filled {
  readonly pool: Pool;
  readonly placed: Placement[];
  readonly microseconds: number;
}

/** Places so many tasks, each of the next service. */
function fill(instances: number, tasks: number): Filled {
  const services = Array.from({ length: serviceCount }, service);
  const pool = createPool(Array.from({ length: instances }, instance), { random: seededRandom(1) });
  const placed: Placement[] = [];
  const start = process.cpuUsage();
  for (let i = 0; i < tasks; i++) {
    const placement = pool.place(services[i % serviceCount]!);
    if (placement === undefined) throw new Error(`The bench's instances are too small: no room for task ${i}`);
    placed.push(placement);
  }
  return { pool, placed, microseconds: microsecondsSince(start) / tasks };
}

/** Tasks that end here and there, each with one that is placed instead. */
function churn({ pool, placed }: Filled, rounds: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < rounds; i++) {
    const at = Math.floor(random.float() * placed.length);
    const { request } = placed[at]!;
    pool.release(placed[at]!);
    placed[at] = pool.place(request)!;
  }
  return microsecondsSince(start) / rounds;
}

/** Best fit by memory over all instances, as a loop. */
function linearBestFit(instances: readonly Instance[], requests: readonly PlacementRequest[]): number {
  const cpu = Float64Array.from(instances, (each) => each.cpu);
  const memory = Float64Array.from(instances, (each) => each.memoryMiB);
  const start = process.cpuUsage();
  for (const request of requests) {
    let best = -1;
    for (let i = 0; i < cpu.length; i++) {
      if (memory[i]! < request.memoryMiB || cpu[i]! < request.cpu) continue;
      if (best < 0 || memory[i]! < memory[best]!) best = i;
    }
    cpu[best] = cpu[best]! - request.cpu;
    memory[best] = memory[best]! - request.memoryMiB;
  }
  return microsecondsSince(start) / requests.length;
}

/** The same through a pool. */
function pooledBestFit(instances: readonly Instance[], requests: readonly PlacementRequest[]): number {
  const pool = createPool(instances, { random: seededRandom(1) });
  // The first placement of each kind makes what the others use.
  for (const request of new Set(requests)) pool.release(pool.place(request)!);
  const start = process.cpuUsage();
  for (const request of requests) pool.place(request);
  return microsecondsSince(start) / requests.length;
}

/** How much faster the pool is than the loop, the median of rounds by turns. */
function besideTheLoop(instances: number, tasks: number): { readonly ratio: number; readonly loop: number } {
  const all = Array.from({ length: instances }, instance);
  const packed = readStrategies([{ type: "binpack", field: "memory" }]);
  const kinds = [128, 256, 512].flatMap((cpu) =>
    [256, 512, 1024].map((memoryMiB) =>
      compileRequest({ group: "service:packed", cpu, memoryMiB, strategies: packed }),
    ),
  );
  const requests = Array.from({ length: tasks }, () => pick(kinds));
  const rounds = Array.from({ length: 5 }, () => {
    const loop = linearBestFit(all, requests);
    return { ratio: loop / pooledBestFit(all, requests), loop };
  });
  return rounds.sort((a, b) => a.ratio - b.ratio)[2]!;
}

/** Of processor time: what else runs on the machine takes its own. */
function microsecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function memoryMiB(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** Milliseconds that a fork takes, and that it is one. */
function forking(pool: Pool): number {
  const start = process.cpuUsage();
  const fork = pool.fork({ random: seededRandom(2) });
  const milliseconds = microsecondsSince(start) / 1000;
  if (fork.size !== pool.size) throw new Error("The fork has lost instances");
  return milliseconds;
}

const [small, middle] = [besideTheLoop(instanceCount / 10, 20_000), besideTheLoop(instanceCount, 20_000)];
const few = fill(instanceCount / 10, taskCount / 10).microseconds;
const before = memoryMiB();
const filled = fill(instanceCount, taskCount);
const churned = churn(filled, 200_000);
const forked = forking(filled.pool);
// The caller's list of tasks is not the pool's.
filled.placed.length = 0;
const memory = memoryMiB() - before;
const many = fill(instanceCount * 10, taskCount).microseconds;
report("placement", [
  {
    name: "placements",
    value: 1e6 / filled.microseconds,
    unit: "1/s",
    goal: { atLeast: 50_000 },
    note: `by core; ${instanceCount} instances, ${taskCount} tasks of ${serviceCount} services by turns`,
  },
  {
    name: "tasks that end, each with one that is placed",
    value: 1e6 / churned,
    unit: "1/s",
  },
  { name: "memory of the pool with all these tasks", value: memory, unit: "MiB" },
  { name: "a placement on 10,000 instances by one on 1,000", value: filled.microseconds / few, unit: "x" },
  { name: "a placement on 100,000 by one on 10,000", value: many / filled.microseconds, unit: "x" },
  {
    name: "best fit of 1,000: the loop by the pool",
    value: small.ratio,
    unit: "x",
    note: `${small.loop.toFixed(1)} us`,
  },
  {
    name: "best fit of 10,000: the loop by the pool",
    value: middle.ratio,
    unit: "x",
    note: `${middle.loop.toFixed(1)} us`,
  },
  { name: "a fork", value: forked, unit: "ms" },
]);
