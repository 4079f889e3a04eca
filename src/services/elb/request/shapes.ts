import type { Listener, LoadBalancer, Rule, TargetGroup } from "#generated/elbv2/types.ts";
import type { Store } from "#kernel/store.ts";
import {
  defaultRuleArn,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenerArn,
  loadBalancerArn,
  loadBalancersOf,
  type RuleRecord,
  ruleArn,
  type TargetGroupRecord,
  targetGroupArn,
} from "../model.ts";
import { addressesOf } from "./addresses.ts";
import { hostedZoneIdOf } from "./ids.ts";

type Views = Pick<Store, "view">;

export function toLoadBalancer(record: LoadBalancerRecord): LoadBalancer {
  const { zones, securityGroups, stateReason, type } = record;
  return {
    LoadBalancerArn: loadBalancerArn(record),
    DNSName: record.dnsName,
    CanonicalHostedZoneId: hostedZoneIdOf(record),
    CreatedTime: record.createdTime,
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    VpcId: record.vpcId,
    State: { Code: record.state, ...(stateReason !== undefined && { Reason: stateReason }) },
    Type: type,
    AvailabilityZones: zones.map((zone) => ({
      ZoneName: zone.zoneName,
      SubnetId: zone.subnetId,
      LoadBalancerAddresses: addressesOf(zone),
    })),
    ...((type === "application" || securityGroups.length > 0) && { SecurityGroups: securityGroups }),
    IpAddressType: "ipv4",
    ...(type === "network" && { EnablePrefixForIpv6SourceNat: "off" as const }),
  };
}

export function toListener(record: ListenerRecord): Listener {
  const { certificates, sslPolicy, alpnPolicy, protocol } = record;
  return {
    ListenerArn: listenerArn(record),
    LoadBalancerArn: loadBalancerArn({ ...record, ...record.loadBalancer }),
    Port: record.port,
    Protocol: protocol,
    ...(certificates.length > 0 && { Certificates: [{ CertificateArn: certificates[0]! }] }),
    ...(sslPolicy !== undefined && { SslPolicy: sslPolicy }),
    ...(alpnPolicy !== undefined && { AlpnPolicy: alpnPolicy }),
    DefaultActions: record.defaultActions,
    ...(protocol === "HTTPS" && { MutualAuthentication: { Mode: "off" } }),
  };
}

export function toRule(record: RuleRecord): Rule {
  return {
    RuleArn: ruleArn(record),
    Priority: String(record.priority),
    Conditions: record.conditions,
    Actions: record.actions,
    IsDefault: false,
    Transforms: [],
  };
}

export function toDefaultRule(listener: ListenerRecord): Rule {
  return {
    RuleArn: defaultRuleArn(listener),
    Priority: "default",
    Conditions: [],
    Actions: listener.defaultActions,
    IsDefault: true,
    Transforms: [],
  };
}

export function toTargetGroup(store: Views, record: TargetGroupRecord): TargetGroup {
  const arn = targetGroupArn(record);
  const { healthCheck: check, protocolVersion } = record;
  const isGrpc = protocolVersion === "GRPC";
  return {
    TargetGroupArn: arn,
    TargetGroupName: record.name,
    Protocol: record.protocol,
    Port: record.port,
    VpcId: record.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThresholdCount,
    UnhealthyThresholdCount: check.unhealthyThresholdCount,
    ...(check.path !== undefined && { HealthCheckPath: check.path }),
    ...(check.matcher !== undefined && { Matcher: isGrpc ? { GrpcCode: check.matcher } : { HttpCode: check.matcher } }),
    LoadBalancerArns: loadBalancersOf(store, arn),
    TargetType: record.targetType,
    ...(protocolVersion !== undefined && { ProtocolVersion: protocolVersion }),
    IpAddressType: "ipv4",
  };
}
