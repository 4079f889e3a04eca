import { registrySettings } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListPullTimeUpdateExclusions: EcrHandler<"ListPullTimeUpdateExclusions"> = async (input, ctx) => {
  const { pullTimeExclusions = [] } = registrySettings(ctx.store, ctx);
  const arns = pullTimeExclusions.map(({ principalArn }) => principalArn);
  const { items, nextToken } = listPage("ListPullTimeUpdateExclusions", input, arns, (arn) => arn);
  return { pullTimeUpdateExclusions: items, ...(nextToken && { nextToken }) };
};
