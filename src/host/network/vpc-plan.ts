import type { VpcSpec } from "#kernel/agent-protocol.ts";
import { bridgeDevice, portDevice } from "./names.ts";
import { changeTable, type NftTable, replaceTable } from "./nft-table.ts";
import * as scripts from "./scripts.ts";
import { compileRules, type VpcRules, type VpcSurroundings, withUnplugged } from "./vpc-rules.ts";

/** What is known of a VPC on the host. */
export interface VpcState {
  readonly place: scripts.VpcPlace;
  /** Whether its namespace is there, made by this process or one before. */
  readonly exists: boolean;
  /** What this process has applied last; undefined after a restart, when everything is applied anew. */
  readonly applied?: { readonly vpc: VpcSpec; readonly rules: VpcRules };
  /** Subnets that have their bridge. */
  readonly subnetIds: ReadonlySet<string>;
  /** Network interface id -> device, of those that are plugged in as far as is known. */
  readonly ports: ReadonlyMap<string, string>;
  /** Those that have been unplugged and are described still: nobody answers at their addresses. */
  readonly unplugged: ReadonlySet<string>;
}

export interface VpcPlan {
  /** Empty when there is nothing to do. */
  readonly script: string;
  /** The state after the script. */
  readonly next: VpcState;
}

/**
 * What it takes to make a VPC as described; pure. After a restart the rules are replaced in one transaction and
 * addresses and routes set to what they are already: nothing that runs notices.
 */
export function planVpc(state: VpcState, vpc: VpcSpec, around: VpcSurroundings): VpcPlan {
  const { place, applied } = state;
  // A crash may have come between a port's last two commands, of which the second is repeated after a restart.
  const adopted = applied === undefined ? vpc.interfaces.filter((one) => state.ports.has(one.networkInterfaceId)) : [];
  const wanted = new Set(vpc.interfaces.map(({ networkInterfaceId }) => networkInterfaceId));
  const unplugged = new Set([...state.unplugged].filter((id) => wanted.has(id)));
  const rules = applied?.vpc === vpc ? applied.rules : compileRules(vpc, around, unplugged);
  const gonePorts = [...state.ports.keys()].filter((id) => !wanted.has(id));
  const subnetIds = new Set(vpc.subnets.map(({ subnetId }) => subnetId));
  const goneSubnets = [...state.subnetIds].filter((id) => !subnetIds.has(id));
  const newSubnets = vpc.subnets.filter(({ subnetId }) => !state.subnetIds.has(subnetId));
  const script = [
    state.exists ? "" : scripts.createVpc(place),
    ...gonePorts.map((id) => scripts.detachInterface(portDevice(id), place.namespace)),
    scripts.nftTransaction(
      tableCommands(applied?.rules.filter, rules.filter) + tableCommands(applied?.rules.guard, rules.guard),
      place.namespace,
    ),
    sameRanges(applied?.vpc, vpc) ? "" : clearRanges(state, vpc) + scripts.connectVpc(place, vpc),
    scripts.ipBatch(
      [...goneSubnets.map((id) => `link del dev ${bridgeDevice(id)}`), ...newSubnets.flatMap(scripts.createSubnet)],
      place.namespace,
    ),
    scripts.forwardTo(adopted, place.namespace),
  ]
    .filter((part) => part !== "")
    .join("\n");
  const ports = new Map([...state.ports].filter(([id]) => wanted.has(id)));
  return { script, next: { place, exists: true, applied: { vpc, rules }, subnetIds, ports, unplugged } };
}

/** What becomes of the rules when an interface is plugged in as this device, or unplugged; pure. */
export function planPort(state: VpcState, networkInterfaceId: string, device: string | undefined): VpcPlan {
  const ports = new Map(state.ports);
  const unplugged = new Set(state.unplugged);
  if (device === undefined) ports.delete(networkInterfaceId);
  else ports.set(networkInterfaceId, device);
  if (device === undefined) unplugged.add(networkInterfaceId);
  else unplugged.delete(networkInterfaceId);
  const next = { ...state, ports, unplugged };
  if (state.applied === undefined || unplugged.size === state.unplugged.size) return { script: "", next };
  const { vpc, rules: before } = state.applied;
  const rules = withUnplugged(before, vpc, unplugged);
  const script = scripts.nftTransaction(changeTable(before.filter, rules.filter), state.place.namespace);
  return { script, next: { ...next, applied: { vpc, rules } } };
}

function tableCommands(before: NftTable | undefined, after: NftTable): string {
  return before === undefined ? replaceTable(after) : changeTable(before, after);
}

function sameRanges(before: VpcSpec | undefined, after: VpcSpec): boolean {
  return before !== undefined && before.cidrs.join() === after.cidrs.join();
}

/** Ranges that the VPC no longer has; after a restart it is not known which there were, so all are set anew. */
function clearRanges({ place, exists, applied }: VpcState, after: VpcSpec): string {
  if (!exists) return "";
  if (applied === undefined) return `ip -n ${place.namespace} route flush type blackhole\n`;
  const gone = applied.vpc.cidrs.filter((cidr) => !after.cidrs.includes(cidr));
  return scripts.ipBatch(
    gone.map((cidr) => `route del ${scripts.noSubnet(cidr)}`),
    place.namespace,
  );
}

/** Gives the links of VPCs what somebody may have taken from them; changes nothing where all is as it was applied. */
export function mendLinks(states: ReadonlyMap<string, VpcState>): string {
  return [...states.values()]
    .map(({ place, applied }) => (applied === undefined ? "" : scripts.mendLink(place, applied.vpc)))
    .join("");
}

/** The VPCs as they were applied last, and their ranges. */
export function appliedVpcs(states: ReadonlyMap<string, VpcState>) {
  return [...states.values()].map(({ place, applied }) => ({
    vpcId: place.vpcId,
    cidrs: applied?.vpc.cidrs ?? [],
  }));
}

/** Equal for equal VPCs and ranges. */
export function rangesOf(vpcs: readonly { readonly vpcId: string; readonly cidrs: readonly string[] }[]): string {
  return JSON.stringify(vpcs.map(({ vpcId, cidrs }) => [vpcId, cidrs]));
}
