import {
  type LoadBalancerRecord,
  type LoadBalancerState,
  type LoadBalancerZone,
  type NodeRecord,
  nodeIdOf,
} from "../../model.ts";

/** How long after the hosts were told to stop a node its address may be given to something else. */
const releaseMs = 5_000;

export interface NodesView {
  /** Absent: it has been deleted. */
  readonly loadBalancer: LoadBalancerRecord | undefined;
  /** Those of the load balancer, and those that an earlier one of the name has left. */
  readonly nodes: readonly NodeRecord[];
  readonly now: number;
}

export interface NodesPlan {
  readonly make: readonly LoadBalancerZone[];
  /** Nodes that change: they are stopped, or wanted again. */
  readonly change: readonly NodeRecord[];
  /** Nodes that go, with their interfaces. */
  readonly remove: readonly NodeRecord[];
  readonly state?: { readonly state: LoadBalancerState; readonly stateReason?: string };
  /** When a node can go. */
  readonly lookAgainAt?: number;
}

/** Which nodes a load balancer is to have, and what it is to be called as they are. Pure. */
export function planNodes({ loadBalancer, nodes, now }: NodesView): NodesPlan {
  const zones = new Map(
    (loadBalancer?.zones ?? []).map((zone) => [nodeIdOf(loadBalancer!.id, zone.subnetId), zone] as const),
  );
  const known = new Set(nodes.map(({ nodeId }) => nodeId));
  const leaving = nodes.filter(({ nodeId }) => !zones.has(nodeId));
  const due = leaving.flatMap(({ removeAt }) => removeAt ?? now + releaseMs).filter((time) => time > now);
  const state =
    loadBalancer &&
    stateOf(
      loadBalancer,
      nodes.filter(({ nodeId }) => zones.has(nodeId)),
    );
  return {
    make: [...zones].filter(([nodeId]) => !known.has(nodeId)).map(([, zone]) => zone),
    change: [
      ...leaving
        .filter(({ removeAt }) => removeAt === undefined)
        .map((node) => ({ ...node, removeAt: now + releaseMs })),
      ...nodes
        .filter(({ nodeId, removeAt }) => removeAt !== undefined && zones.has(nodeId))
        .map(wantedAgain(joinTime(loadBalancer, now))),
    ],
    remove: leaving.filter(({ removeAt }) => removeAt !== undefined && removeAt <= now),
    ...(state && { state }),
    ...(due.length > 0 && { lookAgainAt: Math.min(...due) }),
  };
}

/** What the record of a node that is wanted from now on says of it. */
export function joinTime(loadBalancer: LoadBalancerRecord | undefined, now: number): Pick<NodeRecord, "joinedAt"> {
  return loadBalancer === undefined || loadBalancer.state === "provisioning" ? {} : { joinedAt: now };
}

function wantedAgain(joined: Pick<NodeRecord, "joinedAt">): (node: NodeRecord) => NodeRecord {
  return ({ removeAt: _, joinedAt: __, ...node }) => ({ ...node, state: "provisioning", ...joined });
}

function stateOf(loadBalancer: LoadBalancerRecord, nodes: readonly NodeRecord[]): NodesPlan["state"] {
  const { state, zones } = loadBalancer;
  const failed = nodes.find((node) => node.state === "failed");
  const active = nodes.filter((node) => node.state === "active").length;
  const reason = failed && (failed.reason ?? `The node in ${failed.availabilityZone} has failed`);
  const next = nextState(state, { failed: failed !== undefined, active, wanted: zones.length });
  if (next === state && loadBalancer.stateReason === reason) return undefined;
  return { state: next, ...(reason !== undefined && { stateReason: reason }) };
}

function nextState(
  state: LoadBalancerState,
  { failed, active, wanted }: { readonly failed: boolean; readonly active: number; readonly wanted: number },
): LoadBalancerState {
  if (active === wanted) return "active";
  if (!failed) return state;
  return state === "active" || state === "active_impaired" ? "active_impaired" : "failed";
}
