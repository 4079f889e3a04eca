import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Entry, Key, Put, Read } from "#kernel/store.ts";
import {
  addresses,
  idOf,
  loadBalancerRequester,
  networkInterfaceKey,
  newInterface,
  publicAddresses,
  removeInterface,
  type SecurityGroup,
  securityGroupKey,
  subnetKey,
} from "#services/ec2/model.ts";
import {
  type LoadBalancerRecord,
  type LoadBalancerZone,
  loadBalancerKey,
  loadBalancers,
  type NodeRecord,
  nodeIdOf,
  nodeKey,
  nodes,
  pathOf,
  targetHealth,
} from "../../model.ts";
import { joinTime, planNodes } from "./plan.ts";

/** How long until an address is looked for again in a subnet that has none. */
const retryMs = 30_000;

/** Gives each load balancer a node in each of its subnets, with a network interface of EC2, and tells its state. */
export const nodesController: Controller = {
  name: "elb.nodes",
  watches: [
    watch(loadBalancers, ({ key }) => [key]),
    watch(nodes, ({ value }) => [loadBalancerKey(value, value.loadBalancerName)]),
  ],
  async reconcile(key, ctx) {
    const { store, clock } = ctx;
    const loadBalancer = await store.get(key as Key<LoadBalancerRecord>);
    const own = store.view(nodes).by("owner", key);
    const plan = planNodes({
      loadBalancer: loadBalancer.value,
      nodes: own.map(({ value }) => value),
      now: clock.now(),
    });
    const writes = new Writes();
    const noAddress: string[] = [];
    for (const zone of plan.make) {
      if (!(await makeNode(loadBalancer.value!, zone, ctx, writes))) noAddress.push(zone.subnetId);
    }
    for (const node of plan.change) writes.put.push({ key: nodeKey(node, node.nodeId), value: node });
    for (const node of plan.remove) await removeNode(node, ctx, writes);
    forgetReports(plan.remove, ctx, writes);
    if (loadBalancer.value !== undefined) {
      await setGroups(loadBalancer.value, own, ctx, writes);
      const value = withState(loadBalancer.value, plan.state, noAddress);
      if (value !== loadBalancer.value) writes.put.push({ key, value });
    }
    if (writes.put.length + writes.remove.length > 0) {
      const { put, remove } = writes;
      await store.commit({ unchanged: [loadBalancer, ...own, ...writes.unchanged], put, remove });
    }
    if (noAddress.length > 0) return { lookAgainAt: clock.now() + retryMs };
    if (plan.lookAgainAt !== undefined) return { lookAgainAt: plan.lookAgainAt };
  },
};

/** What one commit carries. */
class Writes {
  readonly unchanged: Read<unknown>[] = [];
  readonly put: Put[] = [];
  readonly remove: string[] = [];
}

/** False when the subnet has no free address. */
async function makeNode(
  loadBalancer: LoadBalancerRecord,
  zone: LoadBalancerZone,
  ctx: ControllerContext,
  writes: Writes,
): Promise<boolean> {
  const { store, clock } = ctx;
  const subnet = await store.get(subnetKey(loadBalancer, zone.subnetId));
  if (subnet.value === undefined) return false;
  const groups = await Promise.all(
    loadBalancer.securityGroups.map((id) => store.get(securityGroupKey(loadBalancer, id))),
  );
  const nodeId = nodeIdOf(loadBalancer.id, zone.subnetId);
  const seed = `${nodeId} ${clock.now()}`;
  const made = newInterface({
    ...{ seed, subnet },
    securityGroups: groups.filter((group): group is Entry<SecurityGroup> => group.value !== undefined),
    addresses: store.view(addresses),
    publicAddresses: store.view(publicAddresses),
    ...(zone.privateIPv4Address !== undefined && { privateIpAddress: zone.privateIPv4Address }),
    assignPublicIp: loadBalancer.scheme === "internet-facing",
    description: `ELB ${pathOf(loadBalancer)}`,
    interfaceType: "interface",
    ...{ requesterManaged: true, requesterId: loadBalancerRequester },
    attachment: {
      attachmentId: idOf("ela-attach", seed),
      attachTime: clock.now(),
      ...{ deviceIndex: 1, deleteOnTermination: false, instanceOwnerId: loadBalancerRequester },
    },
    tags: [],
  });
  if (made === undefined) return false;
  const { networkInterfaceId, privateIpAddress } = made.networkInterface;
  const { account, region } = loadBalancer;
  const node: NodeRecord = {
    ...{ account, region, nodeId, loadBalancerId: loadBalancer.id, loadBalancerName: loadBalancer.name },
    ...{ subnetId: zone.subnetId, availabilityZone: zone.zoneName, networkInterfaceId, privateIpAddress },
    ...{ state: "provisioning", applied: {}, ...joinTime(loadBalancer, clock.now()) },
  };
  writes.unchanged.push(...made.unchanged);
  writes.put.push(...made.put, { key: nodeKey(loadBalancer, nodeId), value: node });
  return true;
}

async function removeNode(node: NodeRecord, { store }: ControllerContext, writes: Writes): Promise<void> {
  const eni = await store.get(networkInterfaceKey(node, node.networkInterfaceId));
  if (eni.value !== undefined) {
    const { unchanged, remove } = removeInterface(eni);
    writes.unchanged.push(...unchanged);
    writes.remove.push(...remove);
  }
  writes.remove.push(nodeKey(node, node.nodeId));
}

/** What nodes have said of the health of targets goes with them. Several may have spoken of one target. */
function forgetReports(gone: readonly NodeRecord[], { store }: ControllerContext, writes: Writes): void {
  const ids = new Set(gone.map(({ nodeId }) => nodeId));
  const told = new Map(
    [...ids].flatMap((id) => store.view(targetHealth).by("node", id)).map((each) => [each.key, each]),
  );
  for (const [key, health] of told) {
    const reports = Object.fromEntries(Object.entries(health.value.reports).filter(([id]) => !ids.has(id)));
    writes.unchanged.push(health);
    writes.put.push({ key, value: { ...health.value, reports } });
  }
}

/** Interfaces have the security groups of their load balancer. */
async function setGroups(
  { securityGroups }: LoadBalancerRecord,
  own: readonly Entry<NodeRecord>[],
  { store }: ControllerContext,
  writes: Writes,
): Promise<void> {
  for (const { value: node } of own) {
    const eni = await store.get(networkInterfaceKey(node, node.networkInterfaceId));
    if (eni.value === undefined || node.removeAt !== undefined) continue;
    if (eni.value.securityGroupIds.join() === securityGroups.join()) continue;
    writes.unchanged.push(eni);
    writes.put.push({ key: eni.key, value: { ...eni.value, securityGroupIds: securityGroups } });
  }
}

function withState(
  record: LoadBalancerRecord,
  planned: { readonly state: LoadBalancerRecord["state"]; readonly stateReason?: string } | undefined,
  noAddress: readonly string[],
): LoadBalancerRecord {
  const { stateReason: old, ...rest } = record;
  if (noAddress.length > 0) {
    const stateReason = `There is no free address in: ${noAddress.join(", ")}`;
    const state = record.state === "provisioning" ? "failed" : record.state;
    return old === stateReason && state === record.state ? record : { ...rest, state, stateReason };
  }
  return planned === undefined ? record : { ...rest, ...planned };
}
