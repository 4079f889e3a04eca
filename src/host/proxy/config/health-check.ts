import type { TargetGroupSpec, TargetSpec } from "#kernel/load-balancing.ts";
import { quote } from "./quote.ts";

/** By how much intervals between checks are shorter or longer, so that not all targets are asked at once. */
export const checkSpreadPercent = 5;

/** How the targets of a group are asked whether they are healthy: lines of the backend. */
export function checkLines(group: TargetGroupSpec): string[] {
  const { healthCheck: check, protocolVersion } = group;
  if (!check.enabled || check.protocol === "TCP") return [];
  const isGrpc = protocolVersion === "GRPC";
  // As Elastic Load Balancing does: the target's own address and port are the host, which some targets look at.
  const headers = [
    ["Host", "%[bc_dst]:%[bc_dst_port]"],
    ["User-Agent", "ELB-HealthChecker/2.0"],
    ...grpcHeaders(isGrpc),
  ];
  const given = headers.map(([name, value]) => `hdr ${name} ${quote(value!)}`).join(" ");
  const method = isGrpc ? "POST" : "GET";
  const version = protocolVersion === "HTTP1" ? "HTTP/1.1" : "HTTP/2.0";
  return [
    "option httpchk",
    `http-check send meth ${method} uri ${quote(check.path)} ver ${version} ${given}`,
    ...(isGrpc ? grpcExpectations(check.matcher) : [`http-check expect status ${codes(check.matcher)}`]),
  ];
}

/** Parameters of a checked server. With a port of its own a check does not take over the TLS of the traffic. */
export function checkParameters(group: TargetGroupSpec, target: TargetSpec): readonly string[] {
  const { healthCheck: check } = group;
  if (!check.enabled) return group.outlierDetection === undefined ? [] : observed;
  return [
    "check",
    `inter ${check.intervalSeconds}s`,
    `rise ${check.healthyThreshold}`,
    `fall ${check.unhealthyThreshold}`,
    `port ${check.port ?? target.port}`,
    ...(check.protocol === "HTTPS" ? ["check-ssl", "verify none", `check-alpn ${alpnOf(group)}`] : []),
    ...(check.protocol !== "TCP" && group.protocolVersion !== "HTTP1" ? ["check-proto h2"] : []),
  ];
}

/**
 * Each connection that fails is told of at once, and nothing follows from it: the platform looks, and decides
 * (`outliers.ts`). HAProxy observes only what it checks: servers that are added while it runs are never checked, those
 * that it starts with once, and when they are ejected for the longest time.
 */
const observed = [
  ...["check", "inter 24d", "downinter 300s", "rise 1", "fall 1000000"],
  ...["observe layer4", "error-limit 1", "on-error fail-check"],
] as const;

/** The time that one check may take. */
export function checkTimeout(group: TargetGroupSpec): string {
  return `timeout check ${group.healthCheck.timeoutSeconds}s`;
}

export function alpnOf({ protocolVersion }: TargetGroupSpec): string {
  return protocolVersion === "HTTP1" ? "http/1.1" : "h2";
}

function grpcHeaders(isGrpc: boolean): string[][] {
  return isGrpc
    ? [
        ["Content-Type", "application/grpc"],
        ["TE", "trailers"],
      ]
    : [];
}

/** `200`, `200,202`, `200-299`: HAProxy writes them the same way. */
function codes(matcher: string): string {
  return quote(matcher.replaceAll(" ", ""));
}

/**
 * A target that knows no such method answers with a status in the head, which is looked at. Where there is none the
 * status comes after the body, which HAProxy does not read: an answer that began well passes.
 */
function grpcExpectations(matcher: string): string[] {
  const allowed = codeList(matcher);
  return [
    "http-check expect status 200",
    `http-check expect ! hdr name grpc-status value -m reg ${quote(`^(?!(${allowed.join("|")})$)`)}`,
  ];
}

function codeList(matcher: string): number[] {
  return matcher.split(",").flatMap((part) => {
    const [from, to = from] = part.trim().split("-").map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
  });
}
