import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { privateDnsName } from "#kernel/private-names.ts";
import type { Entry, Key, Put, Read, Store } from "#kernel/store.ts";
import {
  addresses,
  cidrOf,
  type InterfaceCommit,
  newTaskInterface,
  publicAddresses,
  type SecurityGroup,
  type Subnet,
  securityGroupKey,
  subnetKey,
  usableAddressCount,
} from "#services/ec2/model.ts";
import { containerInstances, instanceKeyOfArn } from "../../model/container-instance.ts";
import { hosts } from "../../model/host.ts";
import { changeTask, type PlacedInterface, type TaskRecord, tasks, zonePath } from "../../model/task.ts";
import { ecsArn } from "../../model/world.ts";
import { type Placement, planPlacement, type SchedulerView } from "./plan.ts";

const waiting = "waiting";

/** Places tasks that are PROVISIONING: a host, a subnet and a network interface, in one commit. */
export function schedulerController(): Controller {
  const commits = new PlacesInFlight();
  return {
    name: "ecs.scheduler",
    watches: [
      watch(tasks, (task) => (task.value.lastStatus === "PROVISIONING" ? [task.key] : [])),
      // A host that comes may be the one that tasks wait for.
      watch(hosts, () => [waiting]),
    ],
    async reconcile(key, ctx) {
      const keys = key === waiting ? provisioning(ctx) : [key as Key<TaskRecord>];
      for (const taskKey of keys) await place(taskKey, ctx, commits);
    },
  };
}

/** Where a task goes whose commit is under way. */
interface Place {
  /** `zonePath` */
  readonly zone: string;
  readonly subnetId: string | undefined;
}

/** How many tasks are on their way to each zone (by `zonePath`) and to each subnet. */
interface Underway {
  readonly zones: ReadonlyMap<string, number>;
  readonly subnets: ReadonlyMap<string, number>;
}

/**
 * The places of tasks whose commits are under way. Many tasks are placed at once: without these all of a group would go
 * to the zone that had the fewest before, and all groups to the subnet that had the most free addresses.
 */
class PlacesInFlight {
  readonly #places = new Map<Key<TaskRecord>, Place>();

  /** Those that the view does not show yet. */
  underway({ store }: Pick<ControllerContext, "store">): Underway {
    const [zones, subnets] = [new Map<string, number>(), new Map<string, number>()];
    const view = store.view(tasks);
    for (const [key, { zone, subnetId }] of this.#places) {
      if (view.get(key)?.value.lastStatus !== "PROVISIONING") continue;
      zones.set(zone, (zones.get(zone) ?? 0) + 1);
      if (subnetId !== undefined) subnets.set(subnetId, (subnets.get(subnetId) ?? 0) + 1);
    }
    return { zones, subnets };
  }

  async during(key: Key<TaskRecord>, place: Place, commit: () => Promise<void>): Promise<void> {
    this.#places.set(key, place);
    try {
      await commit();
    } finally {
      this.#places.delete(key);
    }
  }
}

function provisioning({ store }: ControllerContext): Key<TaskRecord>[] {
  return store
    .view(tasks)
    .by("unplaced", "yes")
    .map((task) => task.key);
}

async function place(key: Key<TaskRecord>, ctx: ControllerContext, commits: PlacesInFlight): Promise<void> {
  const task = await ctx.store.get(key);
  if (task.value === undefined || task.value.lastStatus !== "PROVISIONING") return;
  const { value } = task;
  const subnets = await readSubnets(value, ctx);
  const placement = planPlacement(value, schedulerView(value, subnets, ctx.store, commits.underway(ctx)));
  const commit = async (): Promise<void> => {
    const writes = await toWrites(placement, task, subnets, ctx);
    if (writes) await ctx.store.commit({ unchanged: [task, ...writes.unchanged], put: writes.put });
  };
  if (placement.type !== "place") await commit();
  else {
    const { availabilityZone, subnetId } = placement;
    await commits.during(key, { zone: zonePath(value, availabilityZone), subnetId }, commit);
  }
}

/** The world as the store has it, for the placement of a task. `underway`: tasks that it does not show yet. */
function schedulerView(
  task: TaskRecord,
  subnets: readonly Entry<Subnet>[],
  store: Store,
  underway: Underway,
): SchedulerView {
  const arn = task.containerInstanceArn;
  const known = arn && store.view(containerInstances).get(instanceKeyOfArn(task, arn))?.value;
  const instance = known && known.status !== "INACTIVE" ? known : undefined;
  return {
    hosts: [...store.view(hosts).all()],
    ...(instance && { instance }),
    tasksOn: (hostId) => store.view(tasks).count("host", hostId),
    subnets: subnets.map((subnet) => {
      const { subnetId, availabilityZone } = subnet.value;
      const zone = zonePath(task, availabilityZone);
      const zoneTasks = store.view(tasks).count("zone", zone) + (underway.zones.get(zone) ?? 0);
      const free = freeAddresses(subnet, { store }) - (underway.subnets.get(subnetId) ?? 0);
      return { subnetId, availabilityZone, freeAddresses: free, zoneTasks };
    }),
  };
}

/** As the store has it now. */
export async function readSchedulerView(task: TaskRecord, store: Store): Promise<SchedulerView> {
  return schedulerView(task, await readSubnets(task, { store }), store, { zones: new Map(), subnets: new Map() });
}

async function toWrites(
  placement: Placement,
  task: Entry<TaskRecord>,
  subnets: readonly Entry<Subnet>[],
  ctx: ControllerContext,
): Promise<{ unchanged: readonly Read<unknown>[]; put: readonly Put[] } | undefined> {
  if (placement.type === "wait") {
    ctx.log.info("A task waits to be placed", { task: task.value.taskArn, waitingFor: placement.waitingFor });
    return undefined;
  }
  if (placement.type === "stop") {
    const value = changeTask(task.value, { ...placement.change, lastStatus: "DEPROVISIONING" });
    return { unchanged: [], put: [{ key: task.key, value }] };
  }
  const { hostId, availabilityZone, why } = placement;
  const subnet = subnets.find(({ value }) => value.subnetId === placement.subnetId);
  const made = subnet && (await makeInterface(task.value, subnet, ctx));
  const value = changeTask(task.value, {
    lastStatus: "PENDING",
    hostId,
    availabilityZone,
    placement: { at: ctx.clock.now(), why },
    ...(subnet && made && attached(task.value, subnet.value, made)),
  });
  return { unchanged: made?.unchanged ?? [], put: [{ key: task.key, value }, ...(made?.put ?? [])] };
}

async function makeInterface(task: TaskRecord, subnet: Entry<Subnet>, ctx: ControllerContext) {
  const wanted = task.awsvpcConfiguration!;
  const groups = await Promise.all(wanted.securityGroups.map((id) => ctx.store.get(securityGroupKey(task, id))));
  const made = newTaskInterface({
    attachmentArn: ecsArn(task, `attachment/${task.attachments[0]!.id}`),
    now: ctx.clock.now(),
    subnet,
    // A group deleted since the task was accepted protects nothing: the others still hold.
    securityGroups: groups.filter((group): group is Entry<SecurityGroup> => group.value !== undefined),
    addresses: ctx.store.view(addresses),
    publicAddresses: ctx.store.view(publicAddresses),
    assignPublicIp: wanted.assignPublicIp === "ENABLED",
  });
  return made;
}

function attached(task: TaskRecord, subnet: Subnet, made: InterfaceCommit): Partial<TaskRecord> {
  const { networkInterface: eni } = made;
  const attachment = task.attachments[0]!;
  const networkInterface: PlacedInterface = {
    networkInterfaceId: eni.networkInterfaceId,
    attachmentId: attachment.id,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    subnetCidr: subnet.cidrBlock,
    macAddress: eni.macAddress,
    privateIpv4Address: eni.privateIpAddress,
    privateDnsName: privateDnsName(eni.privateIpAddress, task.region),
  };
  const details = {
    subnetId: eni.subnetId,
    networkInterfaceId: eni.networkInterfaceId,
    macAddress: eni.macAddress,
    privateDnsName: networkInterface.privateDnsName,
    privateIPv4Address: eni.privateIpAddress,
  };
  return {
    networkInterface,
    attachments: [
      { ...attachment, status: "ATTACHED", details: Object.entries(details).map(([name, value]) => ({ name, value })) },
    ],
  };
}

async function readSubnets(task: TaskRecord, { store }: Pick<ControllerContext, "store">): Promise<Entry<Subnet>[]> {
  const ids = task.awsvpcConfiguration?.subnets ?? [];
  const found = await Promise.all(ids.map((id) => store.get(subnetKey(task, id))));
  return found.filter((subnet): subnet is Entry<Subnet> => subnet.value !== undefined && !subnet.value.closing);
}

function freeAddresses(subnet: Entry<Subnet>, { store }: Pick<ControllerContext, "store">): number {
  return usableAddressCount(cidrOf(subnet.value)) - store.view(addresses).count("subnet", subnet.value.subnetId);
}
