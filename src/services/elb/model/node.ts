import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type LoadBalancerRecord, loadBalancerKey, loadBalancers } from "./load-balancer.ts";

/**
 * A load balancer's presence in one subnet: a network interface with a proxy behind it. It outlives the load
 * balancer until its interface is gone.
 */
export interface NodeRecord extends World {
  /** `lb-50dc6c495c0c9188-0a1b2c3d4e5f60718`: the load balancer's id and the subnet's. */
  readonly nodeId: string;
  readonly loadBalancerId: string;
  readonly loadBalancerName: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly networkInterfaceId: string;
  readonly privateIpAddress: string;
  /** What the host has said of it last. */
  readonly state: "provisioning" | "active" | "failed";
  readonly reason?: string;
  /** Of its specification, the one that it follows. */
  readonly version?: string;
  /** By the ARNs of rules, default ones too: the `actionsDigest` of the actions that traffic follows. */
  readonly applied: Readonly<Record<string, string>>;
  /** When it was added to a load balancer that others served already. Milliseconds since the epoch. */
  readonly joinedAt?: number;
  /** It is no longer wanted: the hosts are told so, and then its interface goes. Milliseconds since the epoch. */
  readonly removeAt?: number;
}

/** Indexes: `owner` by the load balancer's key; `loadBalancer` by its id; `nodeId`. */
export const nodes: Collection<NodeRecord, "owner" | "loadBalancer" | "nodeId"> = {
  name: "elb/node",
  indexes: {
    owner: (node) => loadBalancerKey(node, node.loadBalancerName),
    loadBalancer: ({ loadBalancerId }) => loadBalancerId,
    nodeId: ({ nodeId }) => nodeId,
  },
};

/** Whether it has something to say of targets, or will: it works, or a new load balancer begins with it. */
export function isExpected({ state, removeAt }: NodeRecord, owner: Pick<LoadBalancerRecord, "state">): boolean {
  if (removeAt !== undefined) return false;
  return state === "active" || (state === "provisioning" && owner.state === "provisioning");
}

export function nodeKey({ account, region }: World, nodeId: string): Key<NodeRecord> {
  return keyOf(nodes, account, region, nodeId);
}

/** A node and the load balancer whose it is; undefined: either is gone. */
export function nodeAndOwner(
  store: Pick<Store, "view">,
  nodeId: string,
): { readonly node: NodeRecord; readonly loadBalancer: LoadBalancerRecord } | undefined {
  const node = store.view(nodes).by("nodeId", nodeId)[0]?.value;
  const owner = node && store.view(loadBalancers).get(loadBalancerKey(node, node.loadBalancerName))?.value;
  // Another one may have the name by now.
  if (node === undefined || owner === undefined || owner.id !== node.loadBalancerId) return undefined;
  return { node, loadBalancer: owner };
}

export function nodeIdOf(loadBalancerId: string, subnetId: string): string {
  return `lb-${loadBalancerId}-${subnetId.replace(/^subnet-/, "")}`;
}
