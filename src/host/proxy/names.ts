import { createHash } from "node:crypto";
import type { LoadBalancerNode, TargetSpec } from "#kernel/load-balancing.ts";

/**
 * The names of things inside HAProxy are made of hashes: nothing that a user has given is an identifier there, and a
 * cookie that carries one tells nobody an address.
 */
export function frontendName(listenerArn: string): string {
  return `l_${digest(listenerArn, 12)}`;
}

export function backendName(targetGroupArn: string): string {
  return `g_${digest(targetGroupArn, 12)}`;
}

/** Whether a backend is a target group's. */
export function isGroupName(name: string): boolean {
  return name.startsWith("g_");
}

/**
 * A target has two servers: one that is checked, and one without checks that is used only when none of the group's
 * targets is healthy (Elastic Load Balancing calls that failing open). A target whose address has changed is another.
 */
export function serverNames(target: TargetSpec): { readonly checked: string; readonly open: string } {
  const hash = digest(`${target.targetKey} ${target.address} ${target.port}`, 16);
  return { checked: `t_${hash}`, open: `o_${hash}` };
}

/**
 * The node with an address of each target. A port of the host has the host's address for its tasks, which may differ
 * from run to run of the platform.
 */
export function withAddresses(node: LoadBalancerNode, hostServiceAddress: string): LoadBalancerNode {
  const targetGroups = node.targetGroups.map((group) => ({
    ...group,
    targets: group.targets.map((target) => ({ ...target, address: target.address ?? hostServiceAddress })),
  }));
  return { ...node, targetGroups };
}

/** Whether `g_x/o_y` is the server of a target that has no checks. */
export function isOpenServer(path: string): boolean {
  return path.includes("/o_");
}

/** Whether `t_y` is the server of a target: where none was chosen, HAProxy says so in angle brackets. */
export function isServerName(name: string): boolean {
  return /^[to]_/.test(name);
}

/** Who is behind the names of a node, for what HAProxy reports. */
export interface NodeDirectory {
  readonly listeners: ReadonlyMap<string, LoadBalancerNode["listeners"][number]>;
  readonly targetGroups: ReadonlyMap<string, LoadBalancerNode["targetGroups"][number]>;
}

export function directoryOf(node: LoadBalancerNode): NodeDirectory {
  return {
    listeners: new Map(node.listeners.map((listener) => [frontendName(listener.listenerArn), listener])),
    targetGroups: new Map(node.targetGroups.map((group) => [backendName(group.targetGroupArn), group])),
  };
}

export function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
