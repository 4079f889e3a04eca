import { linkDevice, type Names, portDevice } from "./names.ts";
import type { LinkAddresses } from "./scripts.ts";

/** What of this platform is on the host: everything that a restart has to adopt or clear away. */
export interface Observed {
  readonly vpcs: readonly ObservedVpc[];
  /** Namespaces and links that a crash left half made; none of them carries traffic. */
  readonly brokenNamespaces: readonly string[];
  readonly brokenLinks: readonly string[];
  readonly host: HostFacts;
}

export interface ObservedVpc {
  readonly vpcId: string;
  readonly addresses: LinkAddresses;
  /** Subnets that have their bridge. */
  readonly subnetIds: readonly string[];
  readonly ports: readonly ObservedPort[];
  /** Bridges and ports that a crash left half made. */
  readonly brokenDevices: readonly string[];
}

export interface ObservedPort {
  readonly networkInterfaceId: string;
  readonly device: string;
}

/** What of the host itself matters. */
export interface HostFacts {
  readonly routes: readonly HostRoute[];
}

export interface HostRoute {
  /** `default`, an address or a range. */
  readonly dst: string;
  readonly dev: string;
}

/** Prints everything that `parseObserved` reads. */
export function observeScript(names: Names): string {
  return `
printf '@links\\n'; ip -j link show
printf '@addresses\\n'; ip -j -4 address show
printf '@routes\\n'; ip -j -4 route show
for file in /run/netns/${names.namespacePrefix}*; do
  [ -e "$file" ] || continue
  printf '\\n@namespace %s\\n' "\${file##*/}"; ip -n "\${file##*/}" -j link show 2>/dev/null || echo '[]'
done`;
}

interface Device {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly addr_info?: readonly { readonly local: string }[];
}

export function parseObserved(output: string, names: Names): Observed {
  const sections = sectionsOf(output);
  const devices = sections.get("links") as readonly Device[];
  const addresses = sections.get("addresses") as readonly Device[];
  const links = devices.filter(({ ifname }) => ifname.startsWith(names.linkPrefix));
  const vpcs: ObservedVpc[] = [];
  const brokenNamespaces: string[] = [];
  for (const [title, inside] of sections) {
    if (!title.startsWith("namespace ")) continue;
    const namespace = title.slice("namespace ".length);
    const vpcId = namespace.slice(names.namespacePrefix.length);
    const link = links.find(({ ifname, ifalias }) => ifname === names.link(vpcId) && ifalias === vpcId);
    const hostAddress = link && addresses.find(({ ifname }) => ifname === link.ifname)?.addr_info?.[0]?.local;
    const hasLink = (inside as readonly Device[]).some(({ ifname }) => ifname === linkDevice);
    if (hostAddress === undefined || !hasLink) brokenNamespaces.push(namespace);
    else vpcs.push({ vpcId, addresses: linkAddresses(hostAddress), ...parseInside(inside as readonly Device[]) });
  }
  const whole = new Set(vpcs.map(({ vpcId }) => names.link(vpcId)));
  return {
    vpcs,
    brokenNamespaces,
    brokenLinks: links.map(({ ifname }) => ifname).filter((ifname) => !whole.has(ifname)),
    host: parseFacts(sections),
  };
}

/** Prints what `parseHostFacts` reads. */
export const hostFactsScript = "printf '@routes\\n'; ip -j -4 route show";

export function parseHostFacts(output: string): HostFacts {
  return parseFacts(sectionsOf(output));
}

/** The ports among the devices of a VPC's namespace, by what `ip -j link show` says there. */
export function parseInside(devices: readonly Device[]): Pick<ObservedVpc, "subnetIds" | "ports" | "brokenDevices"> {
  const subnetIds: string[] = [];
  const ports: ObservedPort[] = [];
  const brokenDevices: string[] = [];
  for (const { ifname, ifalias } of devices) {
    const [isBridge, isPort] = [ifname.startsWith("br"), ifname.startsWith("p")];
    if (!isBridge && !isPort) continue;
    if (ifalias === undefined) brokenDevices.push(ifname);
    else if (isBridge) subnetIds.push(ifalias);
    else ports.push({ networkInterfaceId: ifalias, device: ifname });
  }
  return { subnetIds, ports, brokenDevices };
}

/** Prints what `areTwoEnds` reads: a port of a VPC's namespace, and a sandbox's interface. */
export function endsScript(networkInterfaceId: string, namespace: string, pid: number): string {
  return [
    `ip -n ${namespace} -j link show dev ${portDevice(networkInterfaceId)} 2>/dev/null || echo '[]'`,
    `nsenter -t ${pid} -n ip -j link show eth0 2>/dev/null || echo '[]'`,
  ].join("\n");
}

/** Whether the two are the ends of one pair, and the sandbox's has this address. */
export function areTwoEnds(output: string, macAddress: string): boolean {
  const lines = output.split("\n").filter((line) => line !== "");
  const [port, inside] = lines.map((line) => JSON.parse(line)[0]);
  if (port === undefined || inside === undefined) return false;
  return port.link_index === inside.ifindex && inside.link_index === port.ifindex && inside.address === macAddress;
}

/** The two ends of a link of two addresses, by the lower one, the host's. */
export function linkAddresses(host: string): LinkAddresses {
  return { host, vpc: host.replace(/\d+$/, (last) => String(Number(last) + 1)) };
}

function parseFacts(sections: ReadonlyMap<string, unknown>): HostFacts {
  const routes = sections.get("routes") as readonly { readonly dst: string; readonly dev?: string }[];
  return { routes: routes.map(({ dst, dev }) => ({ dst, dev: dev ?? "" })) };
}

/** Title -> the JSON under it. iproute2 prints nothing at all for an empty list with some subcommands. */
function sectionsOf(output: string): Map<string, unknown> {
  const sections = new Map<string, unknown>();
  for (const part of `\n${output}`.split("\n@").slice(1)) {
    const end = part.indexOf("\n");
    const title = end < 0 ? part : part.slice(0, end);
    const json = end < 0 ? "" : part.slice(end).trim();
    const list = json === "" ? [] : (JSON.parse(json) as readonly object[]);
    sections.set(
      title,
      list.filter((item) => Object.keys(item).length > 0), // old versions leave empty objects for what they filtered
    );
  }
  return sections;
}
