import { type HostPort, type Instance, portNumber } from "../instance.ts";
import type { Query } from "../query/query.ts";
import type { RequestSpec } from "../request.ts";
import type { Strategy } from "../strategy.ts";

/**
 * Placement by the book: looks at every instance and every task each time, and keeps nothing. What the pool is compared
 * with, in its tests and its bench.
 */
export class NaivePool {
  readonly instances = new Map<string, Instance>();
  readonly tasks: { readonly instanceId: string; readonly spec: RequestSpec }[] = [];

  constructor(instances: Iterable<Instance>) {
    for (const instance of instances) this.instances.set(instance.id, instance);
  }

  /** All instances that the task may go to by its strategies; none when it fits nowhere. */
  best(spec: RequestSpec): Instance[] {
    let left = [...this.instances.values()].filter((instance) => this.fits(instance, spec));
    const path: ((instance: Instance) => unknown)[] = [];
    for (const strategy of spec.strategies) {
      if (strategy.type === "random") break;
      if (strategy.type === "spread") path.push(fieldOf(strategy));
      left = lowest(left, strategy.type === "spread" ? this.#spread(spec, path) : this.#leftOf(strategy));
    }
    return left;
  }

  fits(instance: Instance, spec: RequestSpec): boolean {
    const own = this.on(instance);
    const sum = (of: (spec: RequestSpec) => number) => own.reduce((total, task) => total + of(task.spec), 0);
    const enough = (has: number, of: (spec: RequestSpec) => number) => of(spec) <= 0 || sum(of) + of(spec) <= has;
    const zone = instance.attributes.get("ecs.availability-zone");
    return (
      instance.status === "ACTIVE" &&
      instance.agentConnected &&
      enough(instance.cpu, ({ cpu }) => cpu) &&
      enough(instance.memoryMiB, ({ memoryMiB }) => memoryMiB) &&
      enough(instance.gpuCount ?? 0, ({ gpuCount }) => gpuCount ?? 0) &&
      enough(instance.networkInterfaces ?? 1e9, ({ networkInterface }) => Number(networkInterface ?? false)) &&
      this.#hasPorts(instance, spec.ports ?? []) &&
      (spec.attributes ?? []).every(({ name, value }) =>
        value === undefined ? instance.attributes.has(name) : instance.attributes.get(name) === value,
      ) &&
      (spec.zones === undefined || spec.zones.some((allowed) => allowed === zone)) &&
      (spec.constraints?.memberOf ?? []).every((query) => this.#asks(query, instance)) &&
      !(spec.constraints?.distinctInstance && own.some((task) => task.spec.group === spec.group))
    );
  }

  on({ id }: Instance) {
    return this.tasks.filter((task) => task.instanceId === id);
  }

  /** Tasks of the group on instances with the same values as this one. */
  #spread({ group }: RequestSpec, path: readonly ((instance: Instance) => unknown)[]) {
    const own = this.tasks.filter((task) => task.spec.group === group);
    return (instance: Instance): number =>
      own.filter((task) => path.every((value) => value(this.instances.get(task.instanceId)!) === value(instance)))
        .length;
  }

  #leftOf({ field }: Strategy & { type: "binpack" }) {
    const of = field === "cpu" ? "cpu" : "memoryMiB";
    return (instance: Instance): number => this.on(instance).reduce((left, task) => left - task.spec[of], instance[of]);
  }

  #hasPorts(instance: Instance, ports: readonly HostPort[]): boolean {
    if (ports.length === 0) return true;
    const taken = [instance.reservedPorts ?? [], ...this.on(instance).map((task) => task.spec.ports ?? [])].flat();
    const numbers = new Set(taken.map(portNumber));
    const wanted = new Set(ports.map(portNumber));
    const busy = new Set((instance.busyPorts ?? []).map(portNumber));
    return numbers.size + wanted.size <= 100 && ![...wanted].some((port) => numbers.has(port) || busy.has(port));
  }

  #asks(query: Query, instance: Instance): boolean {
    const groups = this.on(instance).map((task) => task.spec.group);
    return query.test({
      agentConnected: instance.agentConnected,
      agentVersion: instance.agentVersion,
      ec2InstanceId: instance.ec2InstanceId,
      registeredAt: instance.registeredAt,
      runningTasksCount: groups.length,
      attribute: (name) => instance.attributes.get(name),
      hasTaskOf: (group) => groups.includes(group),
      taskGroups: () => groups,
    });
  }
}

function fieldOf(strategy: Strategy & { type: "spread" }): (instance: Instance) => unknown {
  const { attribute } = strategy;
  return attribute === undefined ? ({ id }) => id : ({ attributes }) => attributes.get(attribute);
}

function lowest(instances: Instance[], measure: (instance: Instance) => number): Instance[] {
  const least = Math.min(...instances.map(measure));
  return instances.filter((instance) => measure(instance) === least);
}
