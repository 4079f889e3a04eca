import type { EndsConnections, TargetGroupSpec, TargetSpec } from "#kernel/load-balancing.ts";
import type { Store } from "#kernel/store.ts";
import {
  holds,
  type LoadBalancerRecord,
  nodes,
  placeOf,
  sendsIn,
  type TargetGroupRecord,
  type TargetRecord,
  targetGroupArn,
  targetKeyOf,
  targets,
  targetZones,
} from "../../model.ts";
import { accessLogGroupKey } from "../../request/load-balancer-attributes.ts";

type Views = Pick<Store, "view">;

/** A target group as the node in this zone is told it: targets that it does not send to are left out. */
export function toTargetGroup(
  store: Views,
  loadBalancer: LoadBalancerRecord,
  group: TargetGroupRecord,
  zoneName: string,
): TargetGroupSpec {
  const set = group.attributes;
  const registered = store.view(targets).by("targetGroup", targetGroupArn(group));
  const sends = sendsIn(loadBalancer, group, targetZones(store, group));
  const specs = registered
    .filter(({ value }) => sends(zoneName, value))
    .flatMap(({ value }) => toTargets(store, group, value));
  const stickiness = stickinessOf(group);
  const holdSeconds = holdSecondsOf(store, group);
  return {
    targetGroupArn: targetGroupArn(group),
    protocol: group.protocol,
    protocolVersion: group.protocolVersion ?? "HTTP1",
    algorithm: (set["load_balancing.algorithm.type"] ?? "round_robin") as TargetGroupSpec["algorithm"],
    slowStartSeconds: Number(set["slow_start.duration_seconds"] ?? 0),
    ...(stickiness && { stickiness }),
    proxyProtocol: set["proxy_protocol_v2.enabled"] === "true",
    ...(loadBalancer.type === "network" && { endsConnections: endsConnectionsOf(group) }),
    healthCheck: healthCheckOf(group),
    ...(holdSeconds !== undefined && { holdSeconds }),
    targets: specs,
  };
}

function endsConnectionsOf({ attributes: set }: TargetGroupRecord): EndsConnections {
  const isKept = set["target_health_state.unhealthy.connection_termination.enabled"] === "false";
  const drainSeconds = Number(set["target_health_state.unhealthy.draining_interval_seconds"] ?? 0);
  return {
    ...((!isKept || drainSeconds > 0) && { unhealthySeconds: drainSeconds }),
    deregistered: set["deregistration_delay.connection_termination.enabled"] === "true",
  };
}

/** How long requests wait for a target, where somebody asked for that; what is no request of HTTP does not. */
function holdSecondsOf(store: Views, group: TargetGroupRecord): number | undefined {
  if (group.protocol !== "HTTP" && group.protocol !== "HTTPS") return undefined;
  const asked = store.view(holds).by("targetGroup", targetGroupArn(group));
  return asked.length === 0 ? undefined : Math.max(...asked.map(({ value }) => value.seconds));
}

/** An application load balancer as a target is each of its nodes; an instance is the host itself. */
function toTargets(store: Views, { targetType }: TargetGroupRecord, target: TargetRecord): TargetSpec[] {
  const targetKey = targetKeyOf(target);
  const { port, drainUntil } = target;
  const draining = drainUntil !== undefined;
  const alb = placeOf(target.id);
  if (alb === undefined) {
    return [{ targetKey, ...(targetType !== "instance" && { address: target.id }), port, draining }];
  }
  return store
    .view(nodes)
    .by("loadBalancer", alb.id)
    .filter(({ value }) => value.removeAt === undefined)
    .map(({ value }) => ({
      targetKey: `${targetKey}${nodeMark}${value.privateIpAddress}`,
      ...{ address: value.privateIpAddress, port, draining },
    }));
}

/** Divides a target's key from the address of the node of the load balancer that is the target. */
export const nodeMark = "@";

function stickinessOf({ protocol, attributes: set }: TargetGroupRecord): TargetGroupSpec["stickiness"] {
  if (set["stickiness.enabled"] !== "true") return undefined;
  if (protocol === "TCP" || protocol === "TLS") return { type: "source_ip" };
  const seconds = (type: string) => Number(set[`stickiness.${type}.duration_seconds`] ?? 86_400);
  if (set["stickiness.type"] !== "app_cookie") return { type: "lb_cookie", seconds: seconds("lb_cookie") };
  const cookieName = set["stickiness.app_cookie.cookie_name"] ?? "";
  return { type: "app_cookie", cookieName, seconds: seconds("app_cookie") };
}

function healthCheckOf({ healthCheck: check }: TargetGroupRecord): TargetGroupSpec["healthCheck"] {
  return {
    enabled: true,
    protocol: check.protocol,
    ...(check.port !== "traffic-port" && { port: Number(check.port) }),
    path: check.path ?? "/",
    intervalSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    healthyThreshold: check.healthyThresholdCount,
    unhealthyThreshold: check.unhealthyThresholdCount,
    matcher: check.matcher ?? "",
  };
}

/** Whether the load balancer's requests are told of. */
export function hasAccessLogs({ attributes }: LoadBalancerRecord): boolean {
  return (attributes[accessLogGroupKey] ?? "") !== "";
}
