import type { Entry } from "#kernel/store.ts";
import { explanationInWords } from "#placement/index.ts";
import type { HostRecord } from "../../model/host.ts";
import type { TaskRecord } from "../../model/task.ts";
import { explainHosts } from "./host-room.ts";

/** What the scheduler sees of the world when it places one task. */
export interface SchedulerView {
  readonly hosts: readonly Entry<HostRecord>[];
  /** Host id -> how many tasks it runs. */
  readonly tasksOn: (hostId: string) => number;
  /** Of a task that has been given its container instance: what became of that; undefined: it is gone. */
  readonly instance?: PlacedInstance;
  /** The subnets of the task's configuration with their free addresses; empty without awsvpc. */
  readonly subnets: readonly SubnetCandidate[];
}

export interface PlacedInstance {
  readonly id: string;
  readonly hostId: string;
}

export interface SubnetCandidate {
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly freeAddresses: number;
  /** Tasks of the task's group that run, or shall run, in the same zone. */
  readonly zoneTasks: number;
}

export type Placement =
  | {
      readonly type: "place";
      readonly hostId: string;
      readonly subnetId?: string;
      readonly availabilityZone: string;
      /** Why there, in words that stand by themselves. */
      readonly why: string;
    }
  | { readonly type: "stop"; readonly change: Partial<TaskRecord> }
  | { readonly type: "wait"; readonly waitingFor: string };

/**
 * Where a Fargate task goes: the host with the right architecture that runs the fewest tasks, and of its subnets one in
 * the zone with the fewest tasks of its group ("By default, Fargate tasks are spread across Availability Zones"), there
 * the one with the most free addresses. A task without an address to be had fails as on AWS; one without a host waits.
 */
export function planPlacement(task: TaskRecord, view: SchedulerView): Placement {
  if (task.desiredStatus === "STOPPED") return { type: "stop", change: {} };
  if (task.containerInstanceArn !== undefined) return planOnInstance(task, view);
  const host = chooseHost(task, view);
  if (host === undefined) return { type: "wait", waitingFor: hostWanted(task, view) };
  const { hostId } = host.value.registration;
  const why = whyHost(host, task, view);
  if (task.awsvpcConfiguration === undefined) {
    return { type: "place", hostId, availabilityZone: `${task.region}a`, why };
  }
  const subnet = chooseSubnet(view.subnets);
  if (subnet === undefined) return { type: "stop", change: noAddress(task, view.subnets) };
  const { subnetId, availabilityZone } = subnet;
  const both = `${why} ${whySubnet(subnet, task, view)}`;
  return { type: "place", hostId, subnetId, availabilityZone, why: both };
}

/** A task whose place was chosen when it was made: its subnet must be in the zone of its container instance. */
function planOnInstance(task: TaskRecord, { instance, subnets }: SchedulerView): Placement {
  if (instance === undefined) return { type: "stop", change: instanceGone };
  const { hostId, id } = instance;
  const zone = task.availabilityZone ?? `${task.region}a`;
  const why = `Its container instance ${id} was chosen by its placement constraints and strategies.`;
  if (task.awsvpcConfiguration === undefined) return { type: "place", hostId, availabilityZone: zone, why };
  const near = subnets.filter(({ availabilityZone }) => availabilityZone === zone);
  const subnet = chooseSubnet(near);
  if (subnet === undefined) return { type: "stop", change: noAddress(task, near) };
  return { type: "place", hostId, subnetId: subnet.subnetId, availabilityZone: zone, why };
}

const instanceGone = {
  stopCode: "TaskFailedToStart",
  stoppedReason: "The container instance of the task is no longer registered with its cluster.",
  desiredStatus: "STOPPED",
} as const;

function whyHost({ value: { registration } }: Entry<HostRecord>, task: TaskRecord, view: SchedulerView): string {
  const { hostId } = registration;
  const fits = view.hosts.filter((host) => fit(host, task)).length;
  if (fits === 1) return `${hostId} is the only active host with the architecture ${task.cpuArchitecture}.`;
  const fewest = `${hostId} ran the fewest tasks (${view.tasksOn(hostId)})`;
  return `Of ${fits} active hosts with the architecture ${task.cpuArchitecture}, ${fewest}.`;
}

function whySubnet(chosen: SubnetCandidate, { group }: TaskRecord, { subnets }: SchedulerView): string {
  const { subnetId, availabilityZone, zoneTasks, freeAddresses } = chosen;
  if (subnets.length === 1) return `${subnetId} in ${availabilityZone} is its only subnet.`;
  const zones = new Set(subnets.map((subnet) => subnet.availabilityZone)).size;
  const address = `${subnetId} has the most free addresses (${freeAddresses})`;
  if (zones === 1) return `All its subnets are in ${availabilityZone}; ${address}.`;
  return (
    `Of the ${zones} zones of its subnets, ${availabilityZone} had the fewest tasks of ${group} (${zoneTasks}); ` +
    `there ${address}.`
  );
}

function chooseHost(task: TaskRecord, view: SchedulerView): Entry<HostRecord> | undefined {
  const fits = view.hosts.filter((host) => fit(host, task));
  const load = (host: Entry<HostRecord>) => view.tasksOn(host.value.registration.hostId);
  return fits.reduce<Entry<HostRecord> | undefined>(
    (best, host) => (best === undefined || load(host) < load(best) ? host : best),
    undefined,
  );
}

function fit({ value }: Entry<HostRecord>, task: TaskRecord): boolean {
  return value.status === "ACTIVE" && hasArchitecture(value, task);
}

function hasArchitecture(host: HostRecord, task: TaskRecord): boolean {
  return host.registration.architecture.toUpperCase() === task.cpuArchitecture;
}

function hostWanted({ cpuArchitecture }: TaskRecord, view: SchedulerView): string {
  const all = view.hosts.map(({ value }) => value);
  if (all.length === 0) return "a host: none has registered";
  const why = explanationInWords(explainHosts(all, cpuArchitecture), "host");
  return `a host with the architecture ${cpuArchitecture}. ${why}`;
}

function chooseSubnet(subnets: readonly SubnetCandidate[]): SubnetCandidate | undefined {
  const better = (one: SubnetCandidate, other: SubnetCandidate) =>
    one.zoneTasks < other.zoneTasks || (one.zoneTasks === other.zoneTasks && one.freeAddresses > other.freeAddresses);
  return subnets
    .filter(({ freeAddresses }) => freeAddresses > 0)
    .reduce<SubnetCandidate | undefined>(
      (best, subnet) => (best === undefined || better(subnet, best) ? subnet : best),
      undefined,
    );
}

function noAddress(task: TaskRecord, subnets: readonly SubnetCandidate[]): Partial<TaskRecord> {
  const asked = task.awsvpcConfiguration?.subnets.join(", ");
  const cause =
    subnets.length === 0
      ? `None of the subnets ${asked} exists any more`
      : `None of the subnets ${asked} has enough free addresses (ErrorCode: InsufficientFreeAddressesInSubnet)`;
  return {
    stopCode: "TaskFailedToStart",
    stoppedReason: `Unexpected EC2 error while attempting to Create Network Interface: ${cause}`,
    desiredStatus: "STOPPED",
  };
}
