import { hex } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { formatCidr, idOf, parseCidr, type Vpc, vpcKey, vpcPuts, vpcs } from "../model.ts";
import { acceptOnly, invalidValue, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toVpc } from "../shapes/vpc.ts";

/** Makes a VPC with its main route table, default security group and default network ACL. */
export const CreateVpc: Ec2Handler<"CreateVpc"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["CidrBlock", "InstanceTenancy", "TagSpecifications"]);
  if (input.CidrBlock === undefined) throw missing(ctx, "cidrBlock");
  const cidr = parseCidr(input.CidrBlock);
  if (cidr === undefined) throw invalidValue(ctx, input.CidrBlock, "cidrBlock", "This is not a valid CIDR block.");
  if (cidr.prefixLength < 16 || cidr.prefixLength > 28) {
    throw ctx.fault("InvalidVpc.Range", `The CIDR '${input.CidrBlock}' is invalid.`);
  }
  if (input.InstanceTenancy !== undefined && input.InstanceTenancy !== "default") {
    throw invalidValue(ctx, input.InstanceTenancy, "instanceTenancy", "Only default is supported.");
  }
  checkQuota(ctx, "vpcs", ctx.store.view(vpcs).count("region", worldOf(ctx)) + 1);
  const vpcId = idOf("vpc", hex(ctx.random, 32));
  const put = vpcPuts({
    world: ctx,
    vpcId,
    cidrBlock: formatCidr(cidr),
    isDefault: false,
    routes: [],
    tags: specifiedTags(ctx, input.TagSpecifications, "vpc"),
  });
  await ctx.store.commit({ put });
  return { Vpc: toVpc((await ctx.store.get(vpcKey(ctx, vpcId))).value as Vpc) };
};
