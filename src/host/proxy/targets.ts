import type { LoadBalancerNode, TargetGroupSpec, TargetSpec } from "#kernel/load-balancing.ts";
import { checkedParameters, openParameters } from "./config/backend.ts";
import { isReady, isUnchecked, type TargetServers, type TargetState, targetState } from "./health.ts";
import { backendName, isGroupName, isOpenServer, serverNames } from "./names.ts";
import { type ServerStatus, type StatRow, serverStatus } from "./runtime-api.ts";

/** Servers by `BACKEND/SERVER`. */
export type Servers = ReadonlyMap<string, ServerStatus>;

function byName(servers: readonly ServerStatus[]): Servers {
  return new Map(servers.map((server) => [`${server.backend}/${server.name}`, server]));
}

/** The servers that are targets. */
export function serversIn(rows: readonly StatRow[]): Servers {
  return byName(rows.filter(({ proxy }) => isGroupName(proxy)).map(serverStatus));
}

/** What to say to HAProxy so that its servers become the node's targets. */
export interface TargetChanges {
  /** Those that must not be torn apart are one, joined by `; `. */
  readonly commands: readonly string[];
  /** In maintenance, to be deleted once nothing goes over them any more; their names. */
  readonly leaving: readonly string[];
}

/** Pure: what is wanted, and what HAProxy has. Nothing to do gives no commands. */
export function targetChanges(node: LoadBalancerNode, servers: Servers): TargetChanges {
  const commands: string[] = [];
  const wanted = new Set<string>();
  for (const group of node.targetGroups) {
    for (const target of group.targets) {
      const names = pathsOf(group, target);
      wanted.add(names.checked).add(names.open);
      if (target.draining) commands.push(...drain(node, names, servers));
      else commands.push(...serve(group, target, servers));
    }
  }
  const leaving = [...servers.keys()].filter((name) => !wanted.has(name));
  const ends = (name: string) => !keepsConnections(node, name);
  return { commands: [...commands, ...leaving.flatMap((name) => rest(name, servers.get(name)!, ends(name)))], leaving };
}

/**
 * Whether the connections of a target that is left out go on until they end by themselves. Requests have had the time
 * of the deregistration delay.
 */
export function keepsConnections(node: LoadBalancerNode, name: string): boolean {
  const group = node.targetGroups.find(({ targetGroupArn }) => name.startsWith(`${backendName(targetGroupArn)}/`));
  return node.type === "network" && group?.endsConnections?.deregistered !== true;
}

/** New targets that have proved themselves are used from now on. */
export function readyCommands(node: LoadBalancerNode, servers: Servers): string[] {
  return eachTarget(node, servers).flatMap(({ names, pair }) =>
    isReady(pair) ? [`set server ${names.checked} health up`, `enable server ${names.open}`] : [],
  );
}

export interface KnownTarget {
  readonly group: TargetGroupSpec;
  readonly target: TargetSpec;
  readonly names: { readonly checked: string; readonly open: string };
  readonly pair: TargetServers;
  readonly health: TargetState;
}

/** The targets that are not draining and that HAProxy has. */
export function eachTarget(node: LoadBalancerNode, servers: Servers): KnownTarget[] {
  return node.targetGroups.flatMap((group) => {
    const drainSeconds = endsAfterSeconds(node, group);
    return group.targets.flatMap((target) => {
      const names = pathsOf(group, target);
      const [checked, open] = [servers.get(names.checked), servers.get(names.open)];
      if (target.draining || checked === undefined || open === undefined) return [];
      const pair = { checked, open };
      return [{ group, target, names, pair, health: targetState(pair, drainSeconds) }];
    });
  });
}

/** How long connections to a target that has become unhealthy go on; undefined: until one side ends them. */
function endsAfterSeconds({ type }: LoadBalancerNode, { endsConnections }: TargetGroupSpec): number | undefined {
  if (type === "application") return undefined;
  return endsConnections === undefined ? 0 : endsConnections.unhealthySeconds;
}

/**
 * Ends the connections to unhealthy targets, unless there are no others: then they are used. HAProxy could do it by
 * itself, but not tell these cases from each other.
 */
export function endUnhealthyCommands(node: LoadBalancerNode, targets: readonly KnownTarget[]): string[] {
  const byGroup = Map.groupBy(targets, ({ group }) => group);
  return [...byGroup].flatMap(([group, own]) => {
    const isOpen = !own.some(({ health }) => health.state === "healthy");
    if (isOpen || endsAfterSeconds(node, group) === undefined) return [];
    return own
      .filter(({ health }) => health.state === "unhealthy")
      .flatMap(({ names, pair }) => [
        ...(pair.checked.sessions > 0 ? [`shutdown sessions server ${names.checked}`] : []),
        ...(pair.open.sessions > 0 ? [`shutdown sessions server ${names.open}`] : []),
      ]);
  });
}

/** When the first of the unhealthy targets that keep connections will have kept them long enough; infinite: none. */
export function untilDrainedMs(node: LoadBalancerNode, targets: readonly KnownTarget[]): number {
  const left = targets
    .filter(({ health }) => health.state === "unhealthy.draining")
    .map(({ group, pair }) => endsAfterSeconds(node, group)! - pair.checked.changedSeconds);
  return Math.min(...left) * 1000;
}

/** So long a new server may be without its first check: far longer than it takes, far shorter than most intervals. */
const firstCheckSeconds = 2;

/**
 * HAProxy comes to check a new server 50 ms after it was added. Where checks were not enabled by then, since the
 * machine has much else to do, it comes again an interval later: such a server is added once more.
 */
export function missedChecks(targets: readonly KnownTarget[]): { commands: readonly string[]; nextInMs: number } {
  const waiting = targets.filter(({ group, pair }) => group.healthCheck.enabled && isUnchecked(pair));
  const leftSeconds = ({ pair }: KnownTarget) => firstCheckSeconds - pair.checked.changedSeconds;
  const missed = waiting.filter((each) => leftSeconds(each) <= 0);
  return {
    commands: missed.flatMap(({ group, target, names: { checked, open }, pair }) => [
      `set server ${checked} state maint; del server ${checked}`,
      ...serve(group, target, new Map([[open, pair.open]])),
    ]),
    nextInMs:
      Math.min(...waiting.map((each) => (leftSeconds(each) > 0 ? leftSeconds(each) : firstCheckSeconds))) * 1000,
  };
}

/** `BACKEND/SERVER` of both of a target's servers. */
function pathsOf(group: TargetGroupSpec, target: TargetSpec): { checked: string; open: string } {
  const backend = backendName(group.targetGroupArn);
  const { checked, open } = serverNames(target);
  return { checked: `${backend}/${checked}`, open: `${backend}/${open}` };
}

/**
 * A new target is not used before its first good check: its weight is 0 until its health has been set down. Without
 * checks it is used at once. All of it is one line, so that its first check is not missed; see `missedChecks`.
 */
function serve(group: TargetGroupSpec, target: TargetSpec, servers: Servers): string[] {
  const { checked, open } = pathsOf(group, target);
  const address = `${target.address}:${target.port}`;
  const isChecked = group.healthCheck.enabled;
  const isObserved = !isChecked && group.outlierDetection !== undefined;
  const begin = [
    ...[`set server ${checked} weight 0`, `set server ${checked} state ready`],
    ...(isChecked ? [`enable health ${checked}`, `set server ${checked} health down`] : [`enable server ${open}`]),
    // As if all had been well so far: the first failure does not set it down.
    ...(isObserved ? [`set server ${checked} health up`] : []),
    `set server ${checked} weight 100%`,
  ];
  const known = servers.get(checked);
  const add = servers.has(open) ? [] : [`add server ${open} ${address} ${openParameters(group, target)}`];
  if (known === undefined) {
    return [...add, [`add server ${checked} ${address} ${checkedParameters(group, target)}`, ...begin].join("; ")];
  }
  // It was draining, or it is new to a process that has just started.
  if (isMaintained(known)) return [...add, ...begin];
  // It was draining with its connections, under checks all the time.
  return known.weight === 0 ? [...add, `set server ${checked} weight 100%`] : add;
}

function drain(
  node: LoadBalancerNode,
  { checked, open }: { checked: string; open: string },
  servers: Servers,
): string[] {
  return [checked, open].flatMap((name) => {
    const server = servers.get(name);
    return server === undefined ? [] : rest(name, server, node.type === "application");
  });
}

/**
 * Nothing new for a server. Maintenance is for HAProxy as if it were down, which may end its connections: where they
 * are to go on its weight is 0 instead.
 */
function rest(name: string, server: ServerStatus, isMaintenance: boolean): string[] {
  if (isMaintained(server)) return [];
  if (isMaintenance || isOpenServer(name)) return [`set server ${name} state maint`];
  return server.weight === 0 ? [] : [`set server ${name} weight 0`];
}

function isMaintained(server: ServerStatus | undefined): boolean {
  return server?.status.startsWith("MAINT") ?? false;
}
