import { trailArn } from "../model.ts";
import { requireTrail } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";
import { toSelector } from "../request/shapes.ts";

export const GetEventSelectors: CloudTrailHandler<"GetEventSelectors"> = async ({ TrailName }, ctx) => {
  const { value } = await requireTrail(ctx, TrailName);
  return { TrailARN: trailArn(value), EventSelectors: value.selectors.list.map(toSelector) };
};
