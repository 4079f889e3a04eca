import type { VpcSpec } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { formatIpv4, overlaps, parseCidr, parseIpv4, type Range, range, sizeOf } from "./ipv4.ts";
import type { Names } from "./names.ts";
import type { HostFacts, HostRoute } from "./observe.ts";
import { linkAddresses } from "./observe.ts";
import type { LinkAddresses } from "./scripts.ts";

/** Something that a person should know or mend, for `estiva doctor`. */
export interface NetworkProblem {
  readonly message: string;
  readonly mend: string;
}

export interface HostRoutesPlan {
  /** Lines for `ip -batch`. */
  readonly commands: readonly string[];
  readonly problems: readonly NetworkProblem[];
}

/**
 * The routes by which the host reaches tasks: one for each range of a VPC that overlaps nothing that the host routes
 * already, its own addresses, other platforms' VPCs and VPCs earlier in the list included.
 */
export function planHostRoutes(
  vpcs: readonly Pick<VpcSpec, "vpcId" | "cidrs">[],
  addressesOf: (vpcId: string) => LinkAddresses,
  facts: HostFacts,
  names: Names,
): HostRoutesPlan {
  const own = facts.routes.filter(({ dev }) => dev.startsWith(names.linkPrefix));
  const foreign = facts.routes.filter(({ dev }) => !dev.startsWith(names.linkPrefix));
  const taken = foreign.flatMap((route) => {
    const covered = routeRange(route);
    return covered === undefined
      ? []
      : [{ covered, by: `the host's route ${route.dst} (${route.dev || "no device"})` }];
  });
  const commands: string[] = [];
  const problems: NetworkProblem[] = [];
  const wanted = new Set<string>();
  for (const { vpcId, cidrs } of vpcs) {
    for (const cidr of cidrs) {
      const covered = range(cidr);
      const rival = taken.find((other) => overlaps(other.covered, covered));
      if (rival !== undefined) problems.push(overlapProblem(vpcId, cidr, rival.by));
      else {
        const { vpc, host } = addressesOf(vpcId);
        taken.push({ covered, by: vpcId });
        wanted.add(`${cidr} ${names.link(vpcId)}`);
        commands.push(`route replace ${cidr} via ${vpc} dev ${names.link(vpcId)} src ${host}`);
      }
    }
  }
  const known = new Set(own.map(({ dst, dev }) => `${dst} ${dev}`));
  const stale = own.filter(({ dst, dev }) => !isLinkRoute(dst) && !wanted.has(`${dst} ${dev}`));
  return {
    commands: [
      ...stale.map(({ dst, dev }) => `route del ${dst} dev ${dev}`),
      ...commands.filter((command) => !known.has(`${command.split(" ")[2]} ${command.split(" ")[6]}`)),
    ],
    problems,
  };
}

/** The devices by which the host reaches the world: those with a default route. */
export function uplinks(facts: HostFacts): string[] {
  return [...new Set(facts.routes.filter(({ dst }) => dst === "default").map(({ dev }) => dev))].sort();
}

/** The first pair of addresses of the pool that overlaps nothing. Throws `DriverError` (`NoSpace`) without one. */
export function freeLink(pool: string, taken: readonly Range[]): LinkAddresses {
  const { base } = range(pool);
  for (let offset = 0; offset < sizeOf(range(pool)); offset += 2) {
    const addresses = linkAddresses(formatIpv4(base + offset));
    if (!taken.some((other) => overlaps(other, linkRange(addresses)))) return addresses;
  }
  throw new DriverError("NoSpace", `All links of the pool ${pool} are taken`);
}

export function linkRange({ host }: LinkAddresses): Range {
  return range(`${host}/31`);
}

/** What the host has routes to, the default route left out. */
export function routedRanges(routes: readonly HostRoute[]): Range[] {
  return routes.flatMap((route) => routeRange(route) ?? []);
}

function overlapProblem(vpcId: string, cidr: string, by: string): NetworkProblem {
  return {
    message: `Tasks of ${vpcId} cannot be reached from this host: its range ${cidr} overlaps ${by}`,
    mend: "Nothing has to be done for the tasks themselves; to reach them from here, use a VPC with another range",
  };
}

/** What a route covers; the default route covers nothing that matters here. */
function routeRange({ dst }: HostRoute): Range | undefined {
  if (dst === "default") return undefined;
  const address = parseIpv4(dst);
  return address === undefined ? parseCidr(dst) : { base: address, prefixLength: 32 };
}

/** The kernel's own route of a link's two addresses. */
function isLinkRoute(dst: string): boolean {
  return dst.endsWith("/31");
}
