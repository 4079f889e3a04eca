import { seededRandom } from "#kernel/random.ts";
import { readConstraints } from "../constraint.ts";
import type { Instance } from "../instance.ts";
import { compileRequest, type PlacementRequest, type RequestSpec } from "../request.ts";
import type { Strategy } from "../strategy.ts";

/** Instances and requests that follow from a seed. */
export interface World {
  random(): number;
  pick<T>(from: readonly T[]): T;
  instance(id: string): Instance;
  request(): PlacementRequest;
}

const strategies: readonly (readonly Strategy[])[] = [
  [],
  [{ type: "random" }],
  [{ type: "binpack", field: "memory" }],
  [{ type: "binpack", field: "cpu" }],
  [{ type: "spread" }],
  [{ type: "spread", attribute: "ecs.availability-zone" }],
  [{ type: "spread", attribute: "ecs.availability-zone" }, { type: "spread" }],
  [
    { type: "spread", attribute: "ecs.availability-zone" },
    { type: "binpack", field: "memory" },
  ],
  [
    { type: "spread", attribute: "rack" },
    { type: "spread", attribute: "ecs.availability-zone" },
    { type: "binpack", field: "cpu" },
    { type: "spread" },
  ],
  [
    { type: "spread", attribute: "rack" },
    { type: "spread", attribute: "ecs.availability-zone" },
    { type: "spread", attribute: "ecs.instance-type" },
    { type: "spread" },
  ],
  [{ type: "spread" }, { type: "binpack", field: "memory" }],
  [{ type: "binpack", field: "memory" }, { type: "spread", attribute: "ecs.availability-zone" }, { type: "spread" }],
  [
    { type: "binpack", field: "cpu" },
    { type: "binpack", field: "memory" },
  ],
];

const expressions = [
  "attribute:ecs.instance-type =~ m5.*",
  "attribute:rack exists and attribute:ecs.availability-zone != az-1",
  "not(task:group == g0)",
  "task:group in [g1, g2] or runningTasksCount < 2",
  "runningTasksCount <= 3",
  "agentVersion >= 1.9.0",
];

export function randomWorld(seed: number): World {
  const { float: random } = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const rarely = (share: number) => random() < share;
  return {
    random,
    pick,
    instance: (id) => ({
      id,
      status: rarely(0.05) ? "DRAINING" : "ACTIVE",
      agentConnected: !rarely(0.05),
      agentVersion: pick(["1.8.0", "1.9.0", "1.14.5"]),
      attributes: new Map([
        ["ecs.instance-type", pick(["m5.large", "c5.large"])],
        ...(rarely(0.1) ? [] : [["ecs.availability-zone", pick(["az-1", "az-2", "az-3"])] as const]),
        ...(rarely(0.5) ? [["rack", pick(["r1", "r2"])] as const] : []),
      ]),
      cpu: pick([1024, 2048, 4096]),
      memoryMiB: pick([1024, 2048, 8192]),
      gpuCount: pick([0, 0, 0, 2]),
      ...(rarely(0.7) && { networkInterfaces: pick([1, 2, 4]) }),
      reservedPorts: [{ port: 22, protocol: "tcp" }],
      ...(rarely(0.2) && { busyPorts: [{ port: 443, protocol: "tcp" }] }),
    }),
    request: () => compileRequest(randomSpec(pick, rarely)),
  };
}

function randomSpec(pick: World["pick"], rarely: (share: number) => boolean): RequestSpec {
  const constraints = readConstraints([
    ...(rarely(0.2) ? [{ type: "distinctInstance" }] : []),
    ...(rarely(0.3) ? [{ type: "memberOf", expression: pick(expressions) }] : []),
    ...(rarely(0.1) ? [{ type: "memberOf", expression: pick(expressions) }] : []),
  ]);
  return {
    group: pick(["g0", "g1", "g2"]),
    cpu: pick([0, 128, 256, 1024]),
    memoryMiB: pick([0, 128, 512, 1024]),
    ...(rarely(0.05) && { gpuCount: 1 }),
    ...(rarely(0.2) && { networkInterface: true }),
    ...(rarely(0.2) && { ports: [{ port: pick([22, 80, 443]), protocol: pick(["tcp", "udp"] as const) }] }),
    ...(rarely(0.1) && { attributes: [{ name: "rack", value: pick(["r1", undefined]) }] }),
    ...(rarely(0.1) && { zones: ["az-1", "az-2"] }),
    constraints,
    strategies: pick(strategies),
  };
}
