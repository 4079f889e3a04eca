import type { PortMapping } from "#generated/ecs/types.ts";
import { isObject } from "#kernel/json-object.ts";
import type { PublishedPort } from "../model.ts";
import { Source } from "./source.ts";

export interface Ports {
  readonly mappings: readonly PortMapping[];
  readonly published: readonly PublishedPort[];
}

/** Where published ports listen that name no address: this machine only, not the network it is in. */
const loopback = "127.0.0.1";
const shortForm =
  /^(?:(?:(?<ip>[\d.]+|\[[\da-f:]+\]):)?(?<host>\d+(?:-\d+)?)?:)?(?<target>\d+(?:-\d+)?)(?:\/(?<protocol>tcp|udp))?$/i;

interface Port {
  readonly protocol: string;
  readonly containerPort: number;
  readonly published?: PublishedPort;
}

/** `ports` and `expose`, in the short and the long syntax. */
export function readPorts(service: Source): Ports {
  const ports: Port[] = service.list("ports").flatMap((item, i) => {
    const at = `ports[${i}]`;
    return isObject(item)
      ? longPort(new Source(item, service.where(at), service.report))
      : shortPort(service, at, item);
  });
  for (const [i, text] of service.texts("expose").entries()) {
    const match = shortForm.exec(text);
    if (match === null || text.includes(":")) service.problem(`expose[${i}]`, "must be a port such as 8080.");
    else
      ports.push(
        ...range(match.groups!.target!).map((containerPort) => ({ containerPort, protocol: protocolOf(match) })),
      );
  }
  const mappings = new Map(
    ports.map(({ containerPort, protocol }) => [`${containerPort}/${protocol}`, mappingOf(containerPort, protocol)]),
  );
  return { mappings: [...mappings.values()], published: ports.flatMap(({ published }) => published ?? []) };
}

function mappingOf(containerPort: number, protocol: string): PortMapping {
  return { containerPort, protocol: protocol as "tcp" };
}

function protocolOf(match: RegExpExecArray): string {
  return match.groups?.protocol?.toLowerCase() ?? "tcp";
}

function shortPort(service: Source, at: string, item: unknown): Port[] {
  const match = shortForm.exec(String(item));
  if (match === null) {
    service.problem(at, "must be such as 8080:80, 127.0.0.1:8080:80 or 8000-8010:8000-8010/tcp.");
    return [];
  }
  const { ip, host, target } = match.groups!;
  return pair(service, at, { protocol: protocolOf(match), target: target!, ...(ip && { ip }), ...(host && { host }) });
}

function longPort(port: Source): Port[] {
  port.refuseOthers(["target", "published", "protocol", "host_ip", "mode", "name", "app_protocol"]);
  const target = port.text("target");
  const published = port.text("published");
  if (target === undefined || !/^\d+(-\d+)?$/.test(target)) {
    port.problem("target", "must be a port of the container.");
    return [];
  }
  if (published !== undefined && !/^\d+(-\d+)?$/.test(published))
    port.problem("published", "must be a port or a range.");
  const [protocol, ip] = [port.text("protocol") ?? "tcp", port.text("host_ip")];
  if (protocol !== "tcp" && protocol !== "udp") port.problem("protocol", "must be tcp or udp.");
  if (!["host", "ingress"].includes(port.text("mode") ?? "ingress")) port.problem("mode", "must be host or ingress.");
  return pair(port, "published", { protocol, target, ...(ip && { ip }), ...(published && { host: published }) });
}

interface Pair {
  readonly protocol: string;
  readonly target: string;
  readonly host?: string;
  readonly ip?: string;
}

function pair(source: Source, at: string, { protocol, target, host, ip }: Pair): Port[] {
  const containers = range(target);
  const hosts = host === undefined ? containers.map(() => 0) : range(host);
  const wrong = [...containers, ...hosts].some((port) => port > 65535) || containers.includes(0);
  if (wrong) source.problem(at, "ports are numbers from 1 to 65535.");
  if (protocol === "udp") {
    source.problem(
      at,
      "UDP ports cannot be published on this machine; tasks answer at their own addresses (use expose).",
    );
    return [];
  }
  if (containers.length !== hosts.length && containers.length !== 1) {
    source.problem(at, "the two ranges of ports are not of the same length.");
    return [];
  }
  const hostIp = ip?.replace(/[[\]]/g, "") ?? loopback;
  // One container port behind a range: the first of them is taken, as the range is there to choose from.
  return containers.map((containerPort, i) => ({
    ...{ containerPort, protocol },
    published: { hostIp, hostPort: hosts[i] ?? 0, containerPort },
  }));
}

/** `8000-8002` -> 8000, 8001, 8002; empty when it goes backwards. */
function range(text: string): number[] {
  const [first, last = first] = text.split("-").map(Number) as [number, number?];
  return Array.from({ length: Math.max(0, Math.min(last! - first + 1, 65536)) }, (_, i) => first + i);
}
