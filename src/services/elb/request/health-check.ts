import type { Matcher, ProtocolEnum } from "#generated/elbv2/types.ts";
import type { HealthCheck, TargetGroupRecord } from "../model.ts";
import { invalid, unsupported } from "./handler.ts";
import { isHttp } from "./target-group-attributes.ts";

/** The members of CreateTargetGroup and ModifyTargetGroup that are about health checks. */
export interface HealthCheckInput {
  readonly HealthCheckProtocol?: ProtocolEnum;
  readonly HealthCheckPort?: string;
  readonly HealthCheckEnabled?: boolean;
  readonly HealthCheckPath?: string;
  readonly HealthCheckIntervalSeconds?: number;
  readonly HealthCheckTimeoutSeconds?: number;
  readonly HealthyThresholdCount?: number;
  readonly UnhealthyThresholdCount?: number;
  readonly Matcher?: Matcher;
}

type Group = Pick<TargetGroupRecord, "protocol" | "protocolVersion" | "targetType">;

/** The health check of a new group, with AWS's defaults for what is not given. */
export function newHealthCheck(group: Group, input: HealthCheckInput): HealthCheck {
  const protocol = protocolOf(group, input.HealthCheckProtocol ?? defaultProtocol(group));
  const start: HealthCheck = {
    protocol,
    port: "traffic-port",
    intervalSeconds: 30,
    timeoutSeconds: isHttp(group) ? 5 : protocol === "HTTP" ? 6 : 10,
    healthyThresholdCount: 5,
    unhealthyThresholdCount: 2,
  };
  return withHealthCheck(group, start, input);
}

/** The health check after these members have been set. */
export function withHealthCheck(group: Group, old: HealthCheck, input: HealthCheckInput): HealthCheck {
  if (input.HealthCheckEnabled === false) {
    throw invalid(`Health check enabled must be true for target groups with target type '${group.targetType}'`);
  }
  const protocol = protocolOf(group, input.HealthCheckProtocol ?? old.protocol);
  if (protocol === "TCP" && (input.HealthCheckPath !== undefined || hasCodes(input.Matcher))) {
    throw invalid("Health check path and matcher are not supported for health checks with protocol 'TCP'");
  }
  const port = input.HealthCheckPort ?? old.port;
  if (port !== "traffic-port" && !isPort(port)) {
    throw invalid(`Health check port '${port}' must be 'traffic-port' or an integer between 1 and 65535`);
  }
  const intervalSeconds = input.HealthCheckIntervalSeconds ?? old.intervalSeconds;
  const timeoutSeconds = input.HealthCheckTimeoutSeconds ?? old.timeoutSeconds;
  // Those of network load balancers may be equal.
  if (timeoutSeconds > intervalSeconds || (timeoutSeconds === intervalSeconds && isHttp(group))) {
    throw invalid("Health check interval must be greater than the timeout.");
  }
  return {
    ...{ protocol, port, intervalSeconds, timeoutSeconds },
    healthyThresholdCount: input.HealthyThresholdCount ?? old.healthyThresholdCount,
    unhealthyThresholdCount: input.UnhealthyThresholdCount ?? old.unhealthyThresholdCount,
    ...(protocol !== "TCP" && {
      path: pathOf(group, input.HealthCheckPath ?? old.path),
      matcher: matcherOf(group, input.Matcher) ?? old.matcher ?? defaultMatcher(group),
    }),
  };
}

function defaultProtocol(group: Group): HealthCheck["protocol"] {
  return isHttp(group) || group.targetType === "alb" ? "HTTP" : "TCP";
}

function protocolOf(group: Group, protocol: ProtocolEnum): HealthCheck["protocol"] {
  if (protocol !== "HTTP" && protocol !== "HTTPS" && protocol !== "TCP") {
    throw invalid(`Health check protocol '${protocol}' must be one of 'HTTP', 'HTTPS', 'TCP'`);
  }
  if (protocol === "TCP" && (isHttp(group) || group.targetType === "alb")) {
    const what = isHttp(group) ? `protocol '${group.protocol}'` : `target type '${group.targetType}'`;
    throw invalid(`Health check protocol 'TCP' is not supported for target groups with ${what}`);
  }
  return protocol;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function pathOf(group: Group, path: string | undefined): string {
  if (path === undefined) return group.protocolVersion === "GRPC" ? "/AWS.ALB/healthcheck" : "/";
  if (!path.startsWith("/")) throw invalid(`Health check path '${path}' must begin with a '/' character`);
  if (/[\s]|[^\x20-\x7e]/.test(path)) throw invalid(`Health check path '${path}' contains invalid characters`);
  return path;
}

function hasCodes(matcher: Matcher | undefined): boolean {
  return matcher?.HttpCode !== undefined || matcher?.GrpcCode !== undefined;
}

function defaultMatcher(group: Group): string {
  if (group.protocolVersion === "GRPC") return "12";
  return isHttp(group) ? "200" : "200-399";
}

function matcherOf(group: Group, matcher: Matcher | undefined): string | undefined {
  if (!hasCodes(matcher)) return undefined;
  const isGrpc = group.protocolVersion === "GRPC";
  const [right, wrong] = isGrpc ? [matcher?.GrpcCode, matcher?.HttpCode] : [matcher?.HttpCode, matcher?.GrpcCode];
  if (wrong !== undefined || right === undefined) {
    const version = group.protocolVersion ?? group.protocol;
    const member = isGrpc ? "GrpcCode" : "HttpCode";
    throw invalid(`Matcher of target groups with protocol version '${version}' must specify '${member}'`);
  }
  const [least, most] = isGrpc ? [0, 99] : [200, isHttp(group) ? 499 : 599];
  if (!areCodes(right, least, most)) {
    const kind = isGrpc ? "gRPC code" : "HTTP code";
    const like = isGrpc ? "'0,1' or '0-5'" : "'200,202' or '200-299'";
    throw invalid(`Health check matcher ${kind} '${right}' must be within '${least}-${most}' inclusive, like ${like}`);
  }
  return right;
}

function areCodes(text: string, least: number, most: number): boolean {
  return text.split(",").every((part) => {
    const codes = part.split("-");
    const fit = codes.every((code) => /^\d{1,3}$/.test(code) && Number(code) >= least && Number(code) <= most);
    return fit && codes.length <= 2 && Number(codes[0]) <= Number(codes.at(-1));
  });
}

/** A protocol that target groups can have here. */
export function targetGroupProtocol(protocol: ProtocolEnum | undefined): TargetGroupRecord["protocol"] {
  if (protocol === undefined) throw invalid("A protocol must be specified");
  if (protocol === "HTTP" || protocol === "HTTPS" || protocol === "TCP" || protocol === "TLS") return protocol;
  throw unsupported(`Protocol '${protocol}' is not available for target groups: use HTTP, HTTPS, TCP or TLS.`);
}
