import { hostPort, zoneAttribute } from "./instance.ts";
import type { Instances } from "./instances.ts";
import type { PlacementRequest } from "./request.ts";

/** Why an instance cannot take a task, as `failures[].reason` has it. */
export type FailureReason =
  | "INACTIVE"
  | "AGENT"
  | "RESOURCE:CPU"
  | "RESOURCE:MEMORY"
  | "RESOURCE:GPU"
  | "RESOURCE:PORTS"
  | "RESOURCE:ENI"
  | "ATTRIBUTE"
  | "LOCATION"
  | "MemberOf placement constraint unsatisfied."
  | "DistinctInstance placement constraint unsatisfied.";

/** What a filter asks of a request. */
export type Asked = Omit<PlacementRequest, "filters" | "key">;

/** How much of a resource is wanted and how much is left. */
export interface Shortage {
  readonly needed: number;
  readonly room: number;
}

/** One thing that an instance must have to take a task. */
export interface Filter {
  readonly reason: FailureReason;
  /**
   * What the answer changes with: `instance`, only with the instance itself; `load`, with how much of it is taken;
   * `neighbours`, with which tasks are on it; `order`, like load, but instances are kept in order by it.
   */
  readonly scope: "instance" | "load" | "neighbours" | "order";
  /** Whether there is anything to check; what is not asked for cannot fail. */
  concerns(asked: Asked): boolean;
  /** Requests with the same key get the same answers. */
  key(asked: Asked): unknown;
  check(instances: Instances, slot: number, asked: Asked): boolean;
  /** For resources that are counted: how near the instance is. */
  measure?(instances: Instances, slot: number, asked: Asked): Shortage;
  /** What is wanted, in plain words: the end of "12 container instances ...". */
  explain(asked: Asked): string;
}

/** The most host ports that may be reserved on an instance, those of the agent included. */
const maxReservedPorts = 100;

/** AWS looks at resources first, then at constraints. */
export const filters: readonly Filter[] = [
  {
    reason: "INACTIVE",
    scope: "instance",
    concerns: () => true,
    key: () => "active",
    check: (instances, slot) => instances.items[slot]!.status === "ACTIVE",
    explain: () => "are not ACTIVE",
  },
  {
    reason: "AGENT",
    scope: "instance",
    concerns: () => true,
    key: () => "agent",
    check: (instances, slot) => instances.items[slot]!.agentConnected,
    explain: () => "have no agent connected",
  },
  {
    reason: "RESOURCE:CPU",
    scope: "order",
    concerns: ({ cpu }) => cpu > 0,
    key: ({ cpu }) => cpu,
    check: (instances, slot, { cpu }) => instances.cpu[slot]! >= cpu,
    measure: (instances, slot, { cpu }) => ({ needed: cpu, room: instances.cpu[slot]! }),
    explain: ({ cpu }) => `have less than ${cpu} CPU units left`,
  },
  {
    reason: "RESOURCE:MEMORY",
    scope: "order",
    concerns: ({ memoryMiB }) => memoryMiB > 0,
    key: ({ memoryMiB }) => memoryMiB,
    check: (instances, slot, { memoryMiB }) => instances.memoryMiB[slot]! >= memoryMiB,
    measure: (instances, slot, { memoryMiB }) => ({ needed: memoryMiB, room: instances.memoryMiB[slot]! }),
    explain: ({ memoryMiB }) => `have less than ${memoryMiB} MiB of memory left`,
  },
  {
    reason: "RESOURCE:GPU",
    scope: "load",
    concerns: ({ gpuCount }) => gpuCount > 0,
    key: ({ gpuCount }) => gpuCount,
    check: (instances, slot, { gpuCount }) => instances.gpus[slot]! >= gpuCount,
    measure: (instances, slot, { gpuCount }) => ({ needed: gpuCount, room: instances.gpus[slot]! }),
    explain: ({ gpuCount }) => `have less than ${gpuCount} GPUs left`,
  },
  {
    reason: "RESOURCE:PORTS",
    scope: "neighbours",
    concerns: ({ ports }) => ports.length > 0,
    key: ({ ports }) => ports,
    check: (instances, slot, { ports }) => {
      const [taken, busy] = [instances.ports[slot]!, instances.busyPorts[slot]!];
      if (taken.length + ports.length > maxReservedPorts) return false;
      return !ports.some((port) => taken.includes(port) || busy.has(port));
    },
    explain: ({ ports }) => {
      const names = ports.map(hostPort).map(({ port, protocol }) => `${port}/${protocol}`);
      return `have a port taken that it needs (${names.join(", ")}), or ${maxReservedPorts} ports reserved`;
    },
  },
  {
    reason: "RESOURCE:ENI",
    scope: "load",
    concerns: ({ networkInterfaces }) => networkInterfaces > 0,
    key: ({ networkInterfaces }) => networkInterfaces,
    check: (instances, slot, { networkInterfaces }) => instances.interfaces[slot]! >= networkInterfaces,
    measure: (instances, slot, asked) => ({ needed: asked.networkInterfaces, room: instances.interfaces[slot]! }),
    explain: () => "have no network interface left",
  },
  {
    reason: "ATTRIBUTE",
    scope: "instance",
    concerns: ({ attributes }) => attributes.length > 0,
    key: ({ attributes }) => attributes.map(({ name, value }) => [name, value]),
    check: (instances, slot, { attributes }) => {
      const own = instances.items[slot]!.attributes;
      return attributes.every(({ name, value }) => (value === undefined ? own.has(name) : own.get(name) === value));
    },
    explain: ({ attributes }) =>
      `miss an attribute that it requires (${attributes
        .map(({ name, value }) => (value === undefined ? name : `${name} = ${value}`))
        .join(", ")})`,
  },
  {
    reason: "LOCATION",
    scope: "instance",
    concerns: ({ spec }) => spec.zones !== undefined,
    key: ({ spec }) => ["zones", ...spec.zones!],
    check: (instances, slot, { spec }) => {
      const zone = instances.items[slot]!.attributes.get(zoneAttribute);
      return zone !== undefined && spec.zones!.includes(zone);
    },
    explain: ({ spec }) => `are in another zone than its subnets (${spec.zones!.join(", ")})`,
  },
  memberOf(false),
  memberOf(true),
  {
    reason: "DistinctInstance placement constraint unsatisfied.",
    scope: "neighbours",
    concerns: ({ constraints }) => constraints.distinctInstance,
    key: ({ group }) => ["distinct", group],
    check: (instances, slot, { group }) => !instances.hasTaskOf(slot, group),
    explain: ({ group }) => `run a task of ${group} already`,
  },
];

/** Expressions that read which tasks are on an instance have to be asked again more often than the others. */
function memberOf(readsTasks: boolean): Filter {
  const queries = ({ constraints }: Asked) => constraints.memberOf.filter((query) => query.readsTasks === readsTasks);
  return {
    reason: "MemberOf placement constraint unsatisfied.",
    scope: readsTasks ? "neighbours" : "instance",
    concerns: (asked) => queries(asked).length > 0,
    key: (asked) => queries(asked).map((query) => query.source),
    check: (instances, slot, { constraints }) => {
      const subject = instances.subject(slot);
      return constraints.memberOf.every((query) => query.readsTasks !== readsTasks || query.test(subject));
    },
    explain: (asked) =>
      `do not meet ${queries(asked)
        .map((query) => `'${query.source}'`)
        .join(" and ")}`,
  };
}
