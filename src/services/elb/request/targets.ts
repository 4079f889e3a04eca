import type { TargetDescription } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  cidrOf,
  containsAddress,
  findZone,
  parseAddress,
  parseCidr,
  subnets,
  vpcKey,
  vpcs,
} from "#services/ec2/model.ts";
import { containerInstances, machinePath, zoneOf as machineZone } from "#services/ecs/model.ts";
import { type NewTarget, placeOf, type TargetGroupRecord } from "../model.ts";
import { loadBalancerIfAny } from "./find.ts";
import { invalid } from "./handler.ts";

/** Where addresses beyond the VPC may be (RFC 1918, RFC 6598). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(
  (text) => parseCidr(text)!,
);

/** A target as a request names it, as one that can be registered. */
export function checkTarget(
  ctx: RequestContext,
  group: TargetGroupRecord,
  { Id: id, Port: port = group.port, AvailabilityZone: zone, QuicServerId }: TargetDescription,
): Omit<NewTarget, "registeredAt"> {
  if (QuicServerId !== undefined) throw invalid("A QuicServerId is only supported for targets of QUIC target groups");
  if (group.targetType === "ip") return { id, port, ...zoneOf(ctx, group, id, zone) };
  if (zone !== undefined) {
    throw invalid(`You cannot specify an Availability Zone for targets of type '${group.targetType}'`);
  }
  if (group.targetType === "alb") return { id: checkAlb(ctx, group, id, port), port };
  return { id, port, availabilityZone: zoneOfMachine(ctx, id) };
}

/** Machines are container instances of Amazon ECS: EC2 runs none here. */
function zoneOfMachine(ctx: RequestContext, id: string): string | undefined {
  if (!/^i-[0-9a-f]{8,17}$/.test(id)) throw invalid(`Instance ID '${id}' is not valid`);
  const [found] = ctx.store.view(containerInstances).by("machine", machinePath(ctx, id)!);
  if (found !== undefined) return machineZone(found.value);
  throw new Fault("InvalidTargetException", `The following instances do not exist: '${id}'`);
}

function zoneOf(ctx: RequestContext, group: TargetGroupRecord, id: string, zone: string | undefined) {
  const address = parseAddress(id);
  if (address === undefined) throw invalid(`The IP address '${id}' is not a valid IPv4 address`);
  const vpc = ctx.store.view(vpcs).get(vpcKey(ctx, group.vpcId));
  const isInVpc = vpc !== undefined && containsAddress(parseCidr(vpc.value.cidrBlock)!, address);
  if (isInVpc) {
    const around = ctx.store.view(subnets).by("vpc", group.vpcId);
    const own = around.find(({ value }) => containsAddress(cidrOf(value), address))?.value.availabilityZone;
    if (zone === undefined || zone === own) return {};
    const from = own === undefined ? "" : ` from '${own}'`;
    throw invalid(
      `The IP address '${id}' is within the VPC, and cannot have its Availability Zone overridden to '${zone}'${from}`,
    );
  }
  if (!privateRanges.some((range) => containsAddress(range, address))) {
    throw invalid(`The IP address '${id}' is not within a private range and is outside of the VPC`);
  }
  if (zone !== "all" && (zone === undefined || findZone(ctx.region, zone) === undefined)) {
    const message = "You must specify an Availability Zone, or 'all', when registering IP addresses outside the VPC";
    throw invalid(`${message}: '${id}'`);
  }
  return { availabilityZone: zone };
}

function checkAlb(ctx: RequestContext, group: TargetGroupRecord, arn: string, port: number): string {
  const found = placeOf(arn)?.type === "application" ? loadBalancerIfAny(ctx, arn) : undefined;
  if (found === undefined || found.value.vpcId !== group.vpcId) {
    const message = "The following targets are not application load balancers of the target group's VPC";
    throw new Fault("InvalidTargetException", `${message}: '${arn}'`);
  }
  if (port !== group.port) throw invalid(`The port of the target must be that of the target group, '${group.port}'`);
  return arn;
}
