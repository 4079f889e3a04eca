import type { RequestContext } from "#kernel/handler.ts";
import type { SecurityGroupRule } from "../model.ts";

export type ProtocolAndPorts = Pick<SecurityGroupRule, "ipProtocol" | "fromPort" | "toPort">;

/** Numbers that EC2 shows by name. */
const names: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };
const maxPort = 65535;

/**
 * The protocol in canonical form with its ports (TCP, UDP), or its type and code (ICMP). Other protocols have no ports:
 * what is said of them goes unheard, as EC2 documents it, and reads back as -1.
 */
export function protocolAndPorts(
  ctx: RequestContext,
  protocol: string | undefined,
  fromPort: number | undefined,
  toPort: number | undefined,
): ProtocolAndPorts {
  const ipProtocol = canonicalProtocol(ctx, protocol);
  if (ipProtocol === "tcp" || ipProtocol === "udp") return portRange(ctx, ipProtocol, fromPort, toPort);
  if (ipProtocol === "icmp" || ipProtocol === "icmpv6") {
    return { ipProtocol, ...typeAndCode(ctx, fromPort ?? -1, toPort ?? -1) };
  }
  return { ipProtocol, fromPort: -1, toPort: -1 };
}

function canonicalProtocol(ctx: RequestContext, protocol: string | undefined): string {
  if (protocol === undefined) throw ctx.fault("MissingParameter", "The request must contain the parameter ipProtocol");
  const text = protocol.toLowerCase();
  const known = names[text] ?? text;
  if (known === "-1" || known === "all" || Object.values(names).includes(known)) return known === "all" ? "-1" : known;
  if (/^\d{1,3}$/.test(known) && Number(known) <= 255) return String(Number(known));
  throw ctx.fault("InvalidParameterValue", `Invalid value '${protocol}' for IP protocol. Unknown protocol.`);
}

function portRange(
  ctx: RequestContext,
  ipProtocol: string,
  fromPort: number | undefined,
  toPort: number | undefined,
): ProtocolAndPorts {
  if (fromPort === undefined || toPort === undefined) {
    const message = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
    throw ctx.fault("InvalidParameterValue", message);
  }
  for (const port of [fromPort, toPort]) {
    if (port < 0 || port > maxPort) throw ctx.fault("InvalidParameterValue", `TCP/UDP port (${port}) out of range`);
  }
  if (fromPort > toPort) {
    throw ctx.fault("InvalidParameterValue", `Invalid TCP/UDP port range (${fromPort}:${toPort})`);
  }
  return { ipProtocol, fromPort, toPort };
}

function typeAndCode(ctx: RequestContext, type: number, code: number): Omit<ProtocolAndPorts, "ipProtocol"> {
  if (type < -1 || type > 255) throw ctx.fault("InvalidParameterValue", `ICMP type (${type}) out of range`);
  if (code < -1 || code > 255) throw ctx.fault("InvalidParameterValue", `ICMP code (${code}) out of range`);
  if (type === -1 && code !== -1) {
    throw ctx.fault("InvalidParameterValue", "ICMP code must be -1 when ICMP type is -1");
  }
  return { fromPort: type, toPort: code };
}
