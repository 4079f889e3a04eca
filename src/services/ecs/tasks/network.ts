import type { AwsVpcConfiguration, NetworkConfiguration } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  ensureDefaultVpc,
  type SecurityGroup,
  type Subnet,
  securityGroupKey,
  securityGroupNameIndex,
  securityGroups,
  subnetKey,
  subnets,
} from "#services/ec2/model.ts";
import { invalid } from "../faults.ts";
import type { AwsvpcConfiguration, TaskRecord } from "../model/task.ts";

const maxSubnets = 16;
const maxSecurityGroups = 5;

/**
 * The checked network configuration of a task: awsvpc needs one, other modes refuse it. Subnets and groups must exist
 * and be of one VPC. Without groups the VPC's default one is taken, as ECS does. Only tasks on Fargate can have a
 * public address.
 */
export async function resolveNetwork(
  ctx: RequestContext,
  mode: TaskRecord["networkMode"],
  given: NetworkConfiguration | undefined,
  fargate: boolean,
): Promise<AwsvpcConfiguration | undefined> {
  const configuration = given?.awsvpcConfiguration;
  if (mode !== "awsvpc") {
    if (configuration === undefined) return undefined;
    throw invalid("Network Configuration is not valid for the given networkMode of this task definition.");
  }
  if (configuration === undefined) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  checkCounts(configuration);
  if (configuration.assignPublicIp === "ENABLED" && !fargate) {
    throw invalid("Assign public IP is not supported for this launch type.");
  }
  await ensureDefaultVpc(ctx);
  const found = await Promise.all(configuration.subnets.map((id) => findSubnet(ctx, id)));
  const vpcIds = new Set(found.map((subnet) => subnet.vpcId));
  if (vpcIds.size > 1) throw invalid("Subnets must all be in the same VPC.");
  const [vpcId] = vpcIds;
  const groupIds = configuration.securityGroups ?? [];
  const groups = await Promise.all(groupIds.map((id) => findGroup(ctx, id)));
  const foreign = groups.find((group) => group.vpcId !== vpcId)?.groupId;
  if (foreign !== undefined) {
    throw invalid(`Security group ${foreign} does not appear to belong to the same VPC as the input subnets.`);
  }
  return {
    subnets: configuration.subnets,
    securityGroups: groupIds.length > 0 ? groupIds : defaultGroups(ctx, vpcId!),
    assignPublicIp: configuration.assignPublicIp ?? "DISABLED",
  };
}

/** The zones of these subnets, sorted; those that are gone have none. */
export function zonesOfSubnets(store: Pick<Store, "view">, world: World, ids: readonly string[]): string[] {
  const found = ids.flatMap((id) => store.view(subnets).get(subnetKey(world, id))?.value ?? []);
  return [...new Set(found.map(({ availabilityZone }) => availabilityZone))].toSorted();
}

function checkCounts(configuration: AwsVpcConfiguration): void {
  if (configuration.subnets.length === 0) throw invalid("subnets can not be empty.");
  if (configuration.subnets.length > maxSubnets) throw invalid(`subnets can have at most ${maxSubnets} items.`);
  if ((configuration.securityGroups?.length ?? 0) > maxSecurityGroups) {
    throw invalid(`securityGroups can have at most ${maxSecurityGroups} items.`);
  }
}

async function findSubnet(ctx: RequestContext, id: string): Promise<Subnet> {
  const { value } = await ctx.store.get(subnetKey(ctx, id));
  if (value !== undefined && !value.closing) return value;
  const cause = `The subnet ID '${id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`;
  throw invalid(`Error retrieving subnet information for [${id}]: ${cause}`);
}

async function findGroup(ctx: RequestContext, id: string): Promise<SecurityGroup> {
  const { value } = await ctx.store.get(securityGroupKey(ctx, id));
  if (value !== undefined && !value.closing) return value;
  const cause = `The security group '${id}' does not exist (ErrorCode: InvalidGroup.NotFound)`;
  throw invalid(`Error retrieving security group information for [${id}]: ${cause}`);
}

function defaultGroups(ctx: RequestContext, vpcId: string): string[] {
  return ctx.store
    .view(securityGroups)
    .by("name", securityGroupNameIndex(vpcId, "default"))
    .map((group) => group.value.groupId);
}
