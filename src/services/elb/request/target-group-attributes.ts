import type { TargetGroupRecord } from "../model.ts";
import { type Attribute, between, boolean, oneOf } from "./attributes.ts";
import { invalid } from "./handler.ts";

const day = "86400";
const week = 604_800;
const failOpen = "all targets are sent to when none is healthy, and only then.";
const health = "target_group_health";

const ofBoth: readonly Attribute[] = [
  { key: "deregistration_delay.timeout_seconds", value: "300", fault: between(0, 3600) },
  { key: "stickiness.enabled", value: "false", fault: boolean },
  {
    key: "load_balancing.cross_zone.enabled",
    value: "use_load_balancer_configuration",
    fault: oneOf("true", "false", "use_load_balancer_configuration"),
  },
  { key: `${health}.dns_failover.minimum_healthy_targets.count`, value: "1", fault: countOrOff, only: failOpen },
  {
    key: `${health}.dns_failover.minimum_healthy_targets.percentage`,
    value: "off",
    fault: percentageOrOff,
    only: failOpen,
  },
  {
    key: `${health}.unhealthy_state_routing.minimum_healthy_targets.count`,
    value: "1",
    fault: between(1, 1000, "targets"),
    only: failOpen,
  },
  {
    key: `${health}.unhealthy_state_routing.minimum_healthy_targets.percentage`,
    value: "off",
    fault: percentageOrOff,
    only: failOpen,
  },
];

const ofApplication: readonly Attribute[] = [
  { key: "stickiness.type", value: "lb_cookie", fault: oneOf("lb_cookie", "app_cookie") },
  { key: "stickiness.lb_cookie.duration_seconds", value: day, fault: between(1, week) },
  { key: "stickiness.app_cookie.cookie_name", value: "", fault: cookieName },
  { key: "stickiness.app_cookie.duration_seconds", value: day, fault: between(1, week) },
  { key: "slow_start.duration_seconds", value: "0", fault: slowStart },
  {
    key: "load_balancing.algorithm.type",
    value: "round_robin",
    fault: oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
  },
  {
    key: "load_balancing.algorithm.anomaly_mitigation",
    value: "off",
    fault: oneOf("on", "off"),
    only: "anomalies of targets are not looked for.",
  },
];

const cannotSpoof = "targets see the address of the load balancer; set 'proxy_protocol_v2.enabled' to tell them more.";

const unhealthyTermination = "target_health_state.unhealthy.connection_termination.enabled";
const unhealthyDraining = "target_health_state.unhealthy.draining_interval_seconds";

const ofNetwork: readonly Attribute[] = [
  { key: "stickiness.type", value: "source_ip", fault: oneOf("source_ip") },
  { key: "proxy_protocol_v2.enabled", value: "false", fault: boolean },
  { key: "preserve_client_ip.enabled", value: "false", fault: boolean, only: cannotSpoof },
  {
    key: "deregistration_delay.connection_termination.enabled",
    value: "false",
    fault: boolean,
  },
  {
    key: unhealthyTermination,
    value: "true",
    fault: boolean,
  },
  {
    key: unhealthyDraining,
    value: "0",
    fault: between(0, 360_000),
  },
];

type Kind = Pick<TargetGroupRecord, "protocol">;

/** Whether the group is one of application load balancers. */
export function isHttp({ protocol }: Kind): boolean {
  return protocol === "HTTP" || protocol === "HTTPS";
}

/** The attributes of a target group of this protocol, in the order in which they are shown. */
export function targetGroupAttributes(group: Kind): Attribute[] {
  return [...ofBoth, ...(isHttp(group) ? ofApplication : ofNetwork)];
}

/** Refuses attributes that each are right and do not go together. */
export function checkTogether(set: Readonly<Record<string, string>>): void {
  const isApp = set["stickiness.type"] === "app_cookie" && set["stickiness.enabled"] === "true";
  if (isApp && !set["stickiness.app_cookie.cookie_name"]) {
    throw invalid("You must specify a cookie name when you enable stickiness of type 'app_cookie'");
  }
  if (set[unhealthyDraining] !== undefined && set[unhealthyTermination] !== "false") {
    throw invalid(`'${unhealthyDraining}' can only be configured when '${unhealthyTermination}' is 'false'`);
  }
  const algorithm = set["load_balancing.algorithm.type"] ?? "round_robin";
  if (set["slow_start.duration_seconds"] !== undefined && algorithm !== "round_robin") {
    throw invalid(`Slow start is not supported with the load balancing algorithm '${algorithm}'`);
  }
}

function slowStart(value: string): string | undefined {
  return value === "0" || between(30, 900)(value) === undefined ? undefined : "it must be 0 or between 30 and 900";
}

function countOrOff(value: string): string | undefined {
  return value === "off" ? undefined : between(1, 1000, "targets, or 'off'")(value);
}

function percentageOrOff(value: string): string | undefined {
  return value === "off" ? undefined : between(1, 100, "percent, or 'off'")(value);
}

function cookieName(value: string): string | undefined {
  if (/^AWSALB(APP|TG)?/.test(value)) return "names that begin with AWSALB, AWSALBAPP and AWSALBTG are reserved";
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(value) ? undefined : "it must be the name of a cookie";
}
