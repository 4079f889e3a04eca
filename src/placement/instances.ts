import { InvariantError, invariant } from "#kernel/fault.ts";
import { type Instance, portNumber } from "./instance.ts";
import type { QuerySubject } from "./query/query.ts";
import type { PlacementRequest } from "./request.ts";

/** How many tasks of one group are on which instances. */
interface Group {
  /** Whoever may write it; others copy it first. */
  readonly owner: object;
  readonly counts: Map<number, number>;
  total: number;
}

/** More than any instance has. */
const unlimited = 2 ** 30;

/**
 * The instances by a number each (their slot), and what is left of them. A slot is never used for another instance, so
 * that whoever remembers one finds the same instance or none. Copies share what neither of the two has changed.
 */
export class Instances {
  readonly items: (Instance | undefined)[] = [];
  /** What is left, by slot. Negative where more is placed than the instance has, as when it has shrunk. */
  cpu = new Float64Array(16);
  memoryMiB = new Float64Array(16);
  gpus = new Int32Array(16);
  interfaces = new Int32Array(16);
  /** Tasks on it, by slot. */
  tasks = new Int32Array(16);
  /** Counts the changes of the instance itself, by slot. */
  versions = new Int32Array(16);
  /** The ports that are taken, by slot. Lists are replaced, never changed. */
  readonly ports: (readonly number[])[] = [];
  /** Those that are not to be had either, and are not counted. */
  readonly busyPorts: ReadonlySet<number>[] = [];
  #slots = new Map<string, number>();
  #groups = new Map<string, Group>();
  #owner: object = {};

  /** How many there are; slots may be more. */
  get count(): number {
    return this.#slots.size;
  }

  get capacity(): number {
    return this.cpu.length;
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }

  requireSlot(id: string): number {
    const slot = this.#slots.get(id);
    invariant(slot !== undefined, `The pool has no instance ${id}`);
    return slot;
  }

  slots(): Iterable<number> {
    return this.#slots.values();
  }

  add(instance: Instance): number {
    invariant(!this.#slots.has(instance.id), `The pool has the instance ${instance.id} already`);
    const slot = this.items.length;
    if (slot === this.capacity) this.#grow();
    this.#slots.set(instance.id, slot);
    this.items.push(instance);
    this.ports.push([...new Set((instance.reservedPorts ?? []).map(portNumber))]);
    this.busyPorts.push(new Set(instance.busyPorts?.map(portNumber)));
    this.cpu[slot] = instance.cpu;
    this.memoryMiB[slot] = instance.memoryMiB;
    this.gpus[slot] = instance.gpuCount ?? 0;
    this.interfaces[slot] = instance.networkInterfaces ?? unlimited;
    return slot;
  }

  /** The new state of an instance; what is placed on it stays. */
  update(slot: number, instance: Instance): void {
    const before = this.items[slot]!;
    this.items[slot] = instance;
    this.cpu[slot] = this.cpu[slot]! + instance.cpu - before.cpu;
    this.memoryMiB[slot] = this.memoryMiB[slot]! + instance.memoryMiB - before.memoryMiB;
    this.gpus[slot] = this.gpus[slot]! + (instance.gpuCount ?? 0) - (before.gpuCount ?? 0);
    const [now, was] = [instance.networkInterfaces ?? unlimited, before.networkInterfaces ?? unlimited];
    this.interfaces[slot] = this.interfaces[slot]! + now - was;
    this.versions[slot] = this.versions[slot]! + 1;
    const reserved = new Set((before.reservedPorts ?? []).map(portNumber));
    const taken = this.ports[slot]!.filter((port) => !reserved.has(port));
    this.ports[slot] = [...new Set([...(instance.reservedPorts ?? []).map(portNumber), ...taken])];
    this.busyPorts[slot] = new Set(instance.busyPorts?.map(portNumber));
  }

  /** The instance is gone, and the tasks on it with it. Returns the groups that had tasks there. */
  remove(slot: number): string[] {
    const { id } = this.items[slot]!;
    this.items[slot] = undefined;
    this.versions[slot] = this.versions[slot]! + 1;
    this.#slots.delete(id);
    const groups: string[] = [];
    for (const [name, group] of this.#groups) {
      const count = group.counts.get(slot);
      if (count === undefined) continue;
      groups.push(name);
      const own = this.#ownGroup(name);
      own.counts.delete(slot);
      own.total -= count;
      if (own.total === 0) this.#groups.delete(name);
    }
    return groups;
  }

  /** What a task needs is taken; that it is of a group is for `countGroup` to say. */
  take(slot: number, request: PlacementRequest): void {
    this.#change(slot, request, 1);
    if (request.ports.length > 0) this.ports[slot] = [...this.ports[slot]!, ...request.ports];
  }

  give(slot: number, request: PlacementRequest): void {
    this.#change(slot, request, -1);
    if (request.ports.length === 0) return;
    const left = [...this.ports[slot]!];
    for (const port of request.ports) {
      const at = left.lastIndexOf(port);
      invariant(at >= 0, `A port is released that was not taken on ${this.items[slot]!.id}`);
      left.splice(at, 1);
    }
    this.ports[slot] = left;
  }

  /** One task of the group more, or less, is on the instance. */
  countGroup(slot: number, name: string, by: 1 | -1): void {
    const group = this.#ownGroup(name);
    const count = (group.counts.get(slot) ?? 0) + by;
    if (count < 0) throw new InvariantError(`A task of ${name} is released that was not placed`);
    if (count === 0) group.counts.delete(slot);
    else group.counts.set(slot, count);
    group.total += by;
    if (group.total === 0) this.#groups.delete(name);
  }

  countOf(slot: number, group: string): number {
    return this.#groups.get(group)?.counts.get(slot) ?? 0;
  }

  hasTaskOf(slot: number, group: string): boolean {
    return this.#groups.get(group)?.counts.has(slot) ?? false;
  }

  /** Slot -> tasks of the group; undefined when it has none. */
  countsOf(group: string): ReadonlyMap<number, number> | undefined {
    return this.#groups.get(group)?.counts;
  }

  *groupsOn(slot: number): Iterable<string> {
    for (const [name, group] of this.#groups) if (group.counts.has(slot)) yield name;
  }

  subject(slot: number): QuerySubject {
    const instance = this.items[slot]!;
    return {
      agentConnected: instance.agentConnected,
      agentVersion: instance.agentVersion,
      ec2InstanceId: instance.ec2InstanceId,
      registeredAt: instance.registeredAt,
      runningTasksCount: this.tasks[slot]!,
      attribute: (name) => instance.attributes.get(name),
      hasTaskOf: (group) => this.hasTaskOf(slot, group),
      taskGroups: () => this.groupsOn(slot),
    };
  }

  /** A copy. Counts of groups are shared until one of the two changes them. */
  fork(): Instances {
    const copy = new Instances();
    copy.items.push(...this.items);
    copy.ports.push(...this.ports);
    copy.busyPorts.push(...this.busyPorts);
    copy.cpu = this.cpu.slice();
    copy.memoryMiB = this.memoryMiB.slice();
    copy.gpus = this.gpus.slice();
    copy.interfaces = this.interfaces.slice();
    copy.tasks = this.tasks.slice();
    copy.versions = this.versions.slice();
    copy.#slots = new Map(this.#slots);
    copy.#groups = new Map(this.#groups);
    this.#owner = {};
    return copy;
  }

  /** The same without the slots of instances that are gone. Slots are others. */
  compact(): Instances {
    const copy = new Instances();
    const moved = new Map<number, number>();
    for (const slot of this.slots()) {
      const at = copy.add(this.items[slot]!);
      moved.set(slot, at);
      copy.ports[at] = this.ports[slot]!;
      copy.cpu[at] = this.cpu[slot]!;
      copy.memoryMiB[at] = this.memoryMiB[slot]!;
      copy.gpus[at] = this.gpus[slot]!;
      copy.interfaces[at] = this.interfaces[slot]!;
      copy.tasks[at] = this.tasks[slot]!;
    }
    for (const [name, { counts, total }] of this.#groups) {
      const renamed = new Map([...counts].map(([slot, count]) => [moved.get(slot)!, count]));
      copy.#groups.set(name, { owner: copy.#owner, counts: renamed, total });
    }
    return copy;
  }

  #change(slot: number, request: PlacementRequest, by: 1 | -1): void {
    this.cpu[slot] = this.cpu[slot]! - by * request.cpu;
    this.memoryMiB[slot] = this.memoryMiB[slot]! - by * request.memoryMiB;
    this.gpus[slot] = this.gpus[slot]! - by * request.gpuCount;
    this.interfaces[slot] = this.interfaces[slot]! - by * request.networkInterfaces;
    this.tasks[slot] = this.tasks[slot]! + by;
  }

  #ownGroup(name: string): Group {
    const group = this.#groups.get(name);
    if (group?.owner === this.#owner) return group;
    const own = { owner: this.#owner, counts: new Map(group?.counts), total: group?.total ?? 0 };
    this.#groups.set(name, own);
    return own;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = this.capacity * 2;
    this.cpu = wider(this.cpu, new Float64Array(size));
    this.memoryMiB = wider(this.memoryMiB, new Float64Array(size));
    this.gpus = wider(this.gpus, new Int32Array(size));
    this.interfaces = wider(this.interfaces, new Int32Array(size));
    this.tasks = wider(this.tasks, new Int32Array(size));
    this.versions = wider(this.versions, new Int32Array(size));
  }
}
