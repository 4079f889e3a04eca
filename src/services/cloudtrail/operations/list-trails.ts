import { pageOf, positionIn } from "#kernel/pagination.ts";
import { trailArn, trails } from "../model.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

const pageSize = 100;

/** The trails of the account in all regions. */
export const ListTrails: CloudTrailHandler<"ListTrails"> = async ({ NextToken }, ctx) => {
  const scope = `ListTrails ${ctx.account}`;
  const after = NextToken === undefined ? "" : positionIn(NextToken, scope);
  if (after === undefined) throw ctx.fault("ValidationException", "The NextToken is invalid.");
  const all = ctx.store.view(trails).by("account", ctx.account);
  const following = all.filter(({ key }) => key > after);
  const { items, nextToken } = pageOf(following, pageSize, scope, ({ key }) => key);
  return {
    Trails: items.map(({ value }) => ({ TrailARN: trailArn(value), Name: value.name, HomeRegion: value.region })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
