import type { VpcSpec } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { privateDomain } from "#kernel/private-names.ts";
import type { Random } from "#kernel/random.ts";
import { createForwarder } from "./forwarder.ts";
import { recordTypes } from "./message.ts";
import { lookupPrivateName } from "./private-names.ts";
import type { DnsView } from "./reply.ts";
import { machineResolvers } from "./resolv-conf.ts";
import { type DnsServer, startDnsServer } from "./server.ts";
import type { VpcNames } from "./vpc-names.ts";
import type { Zones } from "./zones.ts";

export interface VpcResolverOptions {
  /** Tells which VPC asks, and what is known of it. */
  readonly network: {
    readonly hostServiceAddress: string;
    vpcOfPeer(address: string): string | undefined;
    vpcSpec(vpcId: string): VpcSpec | undefined;
  };
  readonly names: VpcNames;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Starts the resolver of all VPCs of the host on the host service address, which must be there. Each VPC sees its own
 * private names and domains; all else is asked of the machine's resolvers.
 */
export function startVpcResolver(options: VpcResolverOptions): Promise<DnsServer> {
  const { network, names, port, clock, random, log } = options;
  const address = network.hostServiceAddress;
  const forwarder = createForwarder({ clock, random, servers: machineResolvers(clock, new Set([address])) });
  const viewOf = (peer: string) => {
    const vpcId = network.vpcOfPeer(peer);
    const vpc = vpcId === undefined ? undefined : network.vpcSpec(vpcId);
    return vpc && withService(vpcView(vpc, names.zonesOf(vpc.vpcId), random), address);
  };
  return startDnsServer({ address, port, viewOf, forwarder, clock, log });
}

/**
 * What the tasks of a VPC may ask. Of domains that a name is in, the longest one knows it; a namespace that has the
 * name of the VPC's own domain adds to it.
 */
export function vpcView(vpc: VpcSpec, zones: Zones | undefined, random: Random): DnsView {
  const own = privateNames(vpc);
  const ownDomain = privateDomain(vpc.region);
  return {
    lookup(name, type) {
      const answer = own.lookup(name, type);
      const domain = zones?.domainOf(name);
      if (domain === undefined || (answer !== undefined && domain.length < ownDomain.length)) return answer;
      if (answer?.kind === "records" && domain === ownDomain) return answer;
      return zones?.lookup(name, type, random);
    },
  };
}

/**
 * A view with the names that SDKs make of the platform's endpoint in tasks, which is an address: some operations put a
 * word before the host's name (`data-169.254.172.1`).
 */
export function withService({ lookup }: DnsView, address: string): DnsView {
  return {
    lookup(name, type) {
      const word = name.endsWith(address) ? name.slice(0, -address.length) : "";
      if (!/^[a-z]+[-.]$/.test(word)) return lookup(name, type);
      if (type !== recordTypes.A) return { kind: "no-data", zone: name };
      return { kind: "records", records: [{ type: "A", address, ttlSeconds: 60 }] };
    },
  };
}

/** Descriptions are never changed in place, so what was made of one stays right. */
const known = new WeakMap<VpcSpec, DnsView>();

/** The names of the VPC's own addresses. */
function privateNames(vpc: VpcSpec): DnsView {
  const made = known.get(vpc);
  if (made !== undefined) return made;
  const addresses = new Set(vpc.interfaces.map(({ privateIpv4Address }) => privateIpv4Address));
  const zone = { region: vpc.region, cidrs: vpc.cidrs, hasAddress: (one: string) => addresses.has(one) };
  const view: DnsView = { lookup: (name, type) => lookupPrivateName(zone, name, type) };
  known.set(vpc, view);
  return view;
}
