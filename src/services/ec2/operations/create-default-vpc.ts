import { defaultVpcMarkKey, defaultVpcPuts } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { defaultVpcOf } from "../rules/groups.ts";
import { toVpc } from "../shapes/vpc.ts";

/** Makes a default VPC again, for an account that has deleted its own. */
export const CreateDefaultVpc: Ec2Handler<"CreateDefaultVpc"> = async (_input, ctx) => {
  if (defaultVpcOf(ctx) !== undefined) {
    const message = "A Default VPC already exists for this account in this region.";
    throw ctx.fault("DefaultVpcAlreadyExists", message);
  }
  const mark = await ctx.store.get(defaultVpcMarkKey(ctx));
  const put = defaultVpcPuts(ctx, (mark.value?.generation ?? 0) + 1);
  await ctx.store.commit({ unchanged: [mark], put });
  return { Vpc: toVpc(defaultVpcOf(ctx)!.value) };
};
