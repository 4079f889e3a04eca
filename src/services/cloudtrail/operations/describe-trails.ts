import { findTrail, trailsIn } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";
import { toTrail } from "../request/shapes.ts";

/** Trails that are not there are left out. */
export const DescribeTrails: CloudTrailHandler<"DescribeTrails"> = async (
  { trailNameList = [], includeShadowTrails = true },
  ctx,
) => {
  const found =
    trailNameList.length === 0
      ? trailsIn(ctx, includeShadowTrails)
      : trailNameList.flatMap((nameOrArn) => findTrail(ctx, nameOrArn) ?? []);
  return { trailList: found.map(({ value }) => toTrail(value)) };
};
