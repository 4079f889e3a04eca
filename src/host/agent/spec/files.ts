import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { privateDomain } from "#kernel/private-names.ts";
import { regionOf } from "./labels.ts";

export interface FileFacts {
  /** The sandbox's, which may come from a stock and differ from the one asked for. */
  readonly hostname: string;
  /** The VPC's resolver; absent outside awsvpc. */
  readonly resolver?: string;
  /** Name servers of the host, for containers outside awsvpc that only add search domains. */
  readonly hostNameservers: readonly string[];
}

/** What is written for a container; a file that is absent is left to the engine. */
export interface FileContents {
  readonly hosts?: string;
  readonly resolvConf?: string;
}

/** In awsvpc mode the sandbox has no network of the engine's, so that both files are the platform's to write. */
export function filesOf(payload: TaskPayload, container: ContainerPayload, facts: FileFacts): FileContents {
  const hosts = hostsFile(payload, container, facts);
  const resolvConf = resolvFile(payload, container, facts);
  return { ...(hosts === undefined ? {} : { hosts }), ...(resolvConf === undefined ? {} : { resolvConf }) };
}

function hostsFile(payload: TaskPayload, container: ContainerPayload, facts: FileFacts): string | undefined {
  const own = payload.networkInterface;
  const extra = (container.extraHosts ?? []).map(({ hostname, ipAddress }) => [ipAddress, hostname]);
  const links =
    payload.networkMode === "bridge" ? (container.links ?? []).map((link) => ["127.0.0.1", aliasOf(link)]) : [];
  if (own === undefined && extra.length + links.length === 0) return undefined;
  if (payload.networkMode === "host" && extra.length === 0) return undefined;
  const names = own === undefined ? [] : [...new Set([own.privateDnsName, facts.hostname])];
  const lines = [
    ["127.0.0.1", "localhost"],
    ["::1", "localhost", "ip6-localhost", "ip6-loopback"],
    ...(own === undefined ? [["127.0.1.1", facts.hostname]] : [[own.privateIpv4Address, ...names]]),
    ...links,
    ...extra,
  ];
  return `${lines.map((line) => line.join(" ")).join("\n")}\n`;
}

/** `name:alias`, or the name alone. The containers of a task share a network, so that an alias is the task itself. */
function aliasOf(link: string): string {
  return link.split(":")[1] ?? link;
}

function resolvFile(payload: TaskPayload, container: ContainerPayload, facts: FileFacts): string | undefined {
  const servers = container.dnsServers ?? [];
  const search = container.dnsSearchDomains ?? [];
  const vpc = facts.resolver !== undefined;
  if (!vpc && servers.length === 0 && search.length === 0) return undefined;
  const nameservers = servers.length > 0 ? servers : vpc ? [facts.resolver] : facts.hostNameservers;
  const domains = search.length > 0 ? search : vpc ? [privateDomain(regionOf(payload.taskArn))] : [];
  return [
    ...(domains.length > 0 ? [`search ${domains.join(" ")}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(vpc ? ["options timeout:2 attempts:5"] : []),
    "",
  ].join("\n");
}
