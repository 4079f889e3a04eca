import { registrySettings } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";

export const DescribeRegistry: EcrHandler<"DescribeRegistry"> = async (_, ctx) => ({
  registryId: ctx.account,
  replicationConfiguration: registrySettings(ctx.store, ctx).replication ?? { rules: [] },
});
