import type { LoadBalancerRecord } from "../model.ts";
import { type Attribute, between, boolean, oneOf } from "./attributes.ts";

/** Where the lines of the access log go: a group of CloudWatch Logs of the same account and region. */
export const accessLogGroupKey = "estiva.access_logs.log_group";

const noS3 = `there is no S3 here; set '${accessLogGroupKey}' to the name of a log group for access logs.`;
const noWaf = "there is no AWS WAF here.";
const noShift = "there is no zonal shift here.";
const noIpv6 = "load balancers have IPv4 addresses only.";

function s3Logs(prefix: string): Attribute[] {
  return [
    { key: `${prefix}.s3.enabled`, value: "false", fault: boolean, only: noS3 },
    { key: `${prefix}.s3.bucket`, value: "", only: noS3 },
    { key: `${prefix}.s3.prefix`, value: "", only: noS3 },
  ];
}

const ofBoth = (scheme: LoadBalancerRecord["scheme"]): Attribute[] => [
  ...s3Logs("access_logs"),
  { key: "deletion_protection.enabled", value: "false", fault: boolean },
  {
    key: "ipv6.deny_all_igw_traffic",
    value: scheme === "internal" ? "true" : "false",
    fault: boolean,
    only: noIpv6,
  },
  { key: "zonal_shift.config.enabled", value: "false", fault: boolean, only: noShift },
  { key: accessLogGroupKey, value: "", fault: logGroup },
];

const ofApplication: readonly Attribute[] = [
  { key: "idle_timeout.timeout_seconds", value: "60", fault: between(1, 4000) },
  { key: "client_keep_alive.seconds", value: "3600", fault: between(60, 604_800) },
  { key: "routing.http2.enabled", value: "true", fault: boolean },
  { key: "routing.http.drop_invalid_header_fields.enabled", value: "false", fault: boolean },
  { key: "routing.http.preserve_host_header.enabled", value: "false", fault: boolean },
  { key: "routing.http.xff_client_port.enabled", value: "false", fault: boolean },
  { key: "routing.http.xff_header_processing.mode", value: "append", fault: oneOf("append", "preserve", "remove") },
  { key: "routing.http.desync_mitigation_mode", value: "defensive", fault: oneOf("monitor", "defensive", "strictest") },
  { key: "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", value: "false", fault: boolean },
  {
    key: "load_balancing.cross_zone.enabled",
    value: "true",
    fault: oneOf("true"),
  },
  { key: "waf.fail_open.enabled", value: "false", fault: boolean, only: noWaf },
  ...s3Logs("connection_logs"),
  ...s3Logs("health_check_logs"),
];

const routingPolicies = ["any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"];

const ofNetwork: readonly Attribute[] = [
  { key: "load_balancing.cross_zone.enabled", value: "false", fault: boolean },
  {
    key: "dns_record.client_routing_policy",
    value: "any_availability_zone",
    fault: oneOf(...routingPolicies),
    only: "names are answered with the addresses of all zones.",
  },
  {
    key: "secondary_ips.auto_assigned.per_subnet",
    value: "0",
    fault: between(0, 7, "addresses"),
    only: "a node has one address.",
  },
];

/** The attributes of a load balancer of this type, in the order in which they are shown. */
export function loadBalancerAttributes({ type, scheme }: Pick<LoadBalancerRecord, "type" | "scheme">): Attribute[] {
  return [...ofBoth(scheme), ...(type === "application" ? ofApplication : ofNetwork)];
}

function logGroup(value: string): string | undefined {
  return /^[.\-_/#A-Za-z0-9]{0,512}$/.test(value) ? undefined : "it must be the name of a log group, or empty";
}
