import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import { absent } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import {
  allowAllEgress,
  idOf,
  type SecurityGroup,
  securityGroupArn,
  securityGroupKey,
  securityGroupNameKey,
  securityGroups,
} from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags, toTags } from "../request/tags.ts";
import { defaultVpcOf } from "../rules/groups.ts";

/** Makes a group, in the default VPC unless another one is named. Nothing may come in, everything may go out. */
export const CreateSecurityGroup: Ec2Handler<"CreateSecurityGroup"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["Description", "GroupName", "VpcId", "TagSpecifications"]);
  checkName(ctx, input.GroupName);
  checkDescription(ctx, input.Description);
  const vpc = input.VpcId === undefined ? defaultVpcOf(ctx) : await findOpen(ctx, kinds.vpc, input.VpcId);
  if (vpc === undefined) throw ctx.fault("VPCIdNotSpecified", "No default VPC for this user");
  const { vpcId } = vpc.value;
  const name = await ctx.store.get(securityGroupNameKey(vpcId, input.GroupName));
  if (name.value !== undefined) {
    const message = `The security group '${input.GroupName}' already exists for VPC '${vpcId}'`;
    throw ctx.fault("InvalidGroup.Duplicate", message);
  }
  checkQuota(ctx, "securityGroups", ctx.store.view(securityGroups).count("region", worldOf(ctx)) + 1);
  const groupId = idOf("sg", hex(ctx.random, 32));
  const group: SecurityGroup = {
    account: ctx.account,
    region: ctx.region,
    groupId,
    groupName: input.GroupName,
    description: input.Description,
    vpcId,
    rules: [allowAllEgress(idOf("sgr", hex(ctx.random, 32)))],
    tags: specifiedTags(ctx, input.TagSpecifications, "security-group"),
  };
  await ctx.store.commit({
    unchanged: [vpc, absent(name.key)],
    put: [
      { key: securityGroupKey(ctx, groupId), value: group },
      { key: name.key, value: { groupId } },
    ],
  });
  return { GroupId: groupId, SecurityGroupArn: securityGroupArn(group), Tags: toTags(group.tags) };
};

const allowed = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;
const allowedText = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

function checkName(ctx: RequestContext, name: string): void {
  const invalid = (message: string) => ctx.fault("InvalidParameterValue", message);
  if (name === "") throw missing(ctx, "GroupName");
  if (name === "default") throw invalid("Cannot use reserved security group name: default");
  if (name.startsWith("sg-")) {
    throw invalid(`Invalid value '${name}' for groupName. Group names may not be in the format sg-*.`);
  }
  if (name.length > 255 || !allowed.test(name)) {
    throw invalid(`Invalid security group name. Valid names are strings less than 256 characters from: ${allowedText}`);
  }
}

function checkDescription(ctx: RequestContext, description: string): void {
  if (description === "") throw missing(ctx, "GroupDescription");
  if (description.length > 255 || !allowed.test(description)) {
    const message =
      "Invalid security group description. Valid descriptions are strings less than 256 characters from the " +
      `following set:  ${allowedText}`;
    throw ctx.fault("InvalidParameterValue", message);
  }
}
