import { listPage } from "#kernel/pagination.ts";
import { trailArn, trails } from "../model.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

const pageSize = 100;

/** The trails of the account in all regions. */
export const ListTrails: CloudTrailHandler<"ListTrails"> = async ({ NextToken }, ctx) => {
  const { items, nextToken } = listPage(ctx.store.view(trails).by("account", ctx.account), {
    ...{ scope: `ListTrails ${ctx.account}`, token: NextToken, limit: pageSize, position: ({ key }) => key },
    invalid: () => ctx.fault("ValidationException", "The NextToken is invalid."),
  });
  return {
    Trails: items.map(({ value }) => ({ TrailARN: trailArn(value), Name: value.name, HomeRegion: value.region })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
