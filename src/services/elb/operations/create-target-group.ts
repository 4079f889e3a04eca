import type { CreateTargetGroupInput } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { absent } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { ensureDefaultVpc, vpcKey, vpcs } from "#services/ec2/model.ts";
import { type TargetGroupRecord, targetGroupKey, targetGroups } from "../model.ts";
import { type ElbHandler, invalid, unsupported } from "../request/handler.ts";
import { newHealthCheck, targetGroupProtocol } from "../request/health-check.ts";
import { newId } from "../request/ids.ts";
import { limits } from "../request/limits.ts";
import { checkName } from "../request/names.ts";
import { toTargetGroup } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";

export const CreateTargetGroup: ElbHandler<"CreateTargetGroup"> = async (input, ctx) => {
  checkName("target group", input.Name);
  const record = await newGroup(ctx, input);
  const key = targetGroupKey(ctx, input.Name);
  const existing = await ctx.store.get(key);
  if (existing.value !== undefined) {
    if (isSame(existing.value, record)) return { TargetGroups: [toTargetGroup(ctx.store, existing.value)] };
    const message = `A target group with the same name '${input.Name}' exists, but with different settings`;
    throw new Fault("DuplicateTargetGroupNameException", message);
  }
  if (ctx.store.view(targetGroups).count("world", worldOf(ctx)) >= limits["target-groups"]) {
    const message = `The maximum number of target groups is '${limits["target-groups"]}'`;
    throw new Fault("TooManyTargetGroupsException", message);
  }
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: record }] });
  return { TargetGroups: [toTargetGroup(ctx.store, record)] };
};

async function newGroup(ctx: RequestContext, input: CreateTargetGroupInput): Promise<TargetGroupRecord> {
  const targetType = input.TargetType ?? "instance";
  if (targetType === "lambda") {
    throw unsupported("There is no AWS Lambda: use the target type 'ip', 'instance' or 'alb'.");
  }
  if (input.IpAddressType === "ipv6") throw unsupported("Targets have IPv4 addresses only: use IpAddressType 'ipv4'.");
  if (input.TargetControlPort !== undefined) throw unsupported("The target optimizer is not available.");
  const protocol = targetGroupProtocol(input.Protocol);
  if (input.Port === undefined) throw invalid("A port must be specified");
  if (input.VpcId === undefined) throw invalid("A VPC ID must be specified");
  if (targetType === "alb" && protocol !== "TCP") {
    throw invalid(`Protocol '${protocol}' is not supported for target groups with target type 'alb'; use 'TCP'`);
  }
  await ensureDefaultVpc(ctx);
  const vpc = ctx.store.view(vpcs).get(vpcKey(ctx, input.VpcId));
  if (vpc === undefined) throw invalid(`The VPC ID '${input.VpcId}' is not found`);
  const { account, region } = ctx;
  // Terraform sends an empty one.
  const version = versionOf(protocol, input.ProtocolVersion || undefined);
  const kind = { targetType, protocol, ...(version !== undefined && { protocolVersion: version }) };
  return {
    ...{ account, region, id: newId(ctx.random), name: input.Name },
    ...kind,
    ...{ port: input.Port, vpcId: input.VpcId },
    healthCheck: newHealthCheck(kind, input),
    attributes: {},
    tags: withTags({}, input.Tags),
    uses: 0,
  };
}

function versionOf(
  protocol: TargetGroupRecord["protocol"],
  version: string | undefined,
): TargetGroupRecord["protocolVersion"] {
  if (protocol === "TCP" || protocol === "TLS") {
    if (version === undefined) return undefined;
    throw invalid(`Protocol version is not supported for target groups with protocol '${protocol}'`);
  }
  if (version === undefined) return "HTTP1";
  if (version === "HTTP1" || version === "HTTP2" || version === "GRPC") return version;
  throw invalid(`Protocol version '${version}' must be one of 'GRPC, HTTP1, HTTP2'`);
}

function isSame(a: TargetGroupRecord, b: TargetGroupRecord): boolean {
  const settings = ({ targetType, protocol, protocolVersion, port, vpcId, healthCheck, tags }: TargetGroupRecord) =>
    JSON.stringify([
      ...[targetType, protocol, protocolVersion, port, vpcId],
      ...[Object.entries(healthCheck).toSorted(), Object.entries(tags).toSorted()],
    ]);
  return settings(a) === settings(b);
}
