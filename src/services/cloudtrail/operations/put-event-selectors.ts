import type { EventSelector } from "#generated/cloudtrail/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type EventSelectorRecord, trailArn } from "../model.ts";
import { requireHomeTrail } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";
import { toSelector } from "../request/shapes.ts";

const mostSelectors = 5;

/** Which events a trail delivers. There are management events only. */
export const PutEventSelectors: CloudTrailHandler<"PutEventSelectors"> = async (input, ctx) => {
  const trail = await requireHomeTrail(ctx, input.TrailName);
  if (input.AdvancedEventSelectors?.length) {
    throw ctx.fault("UnsupportedOperationException", "Advanced event selectors are not supported: use EventSelectors.");
  }
  const given = input.EventSelectors ?? [];
  if (given.length === 0 || given.length > mostSelectors) {
    throw ctx.fault("InvalidEventSelectorsException", `A trail has 1 to ${mostSelectors} event selectors.`);
  }
  const list = given.map((selector) => recordOf(selector, ctx));
  const value = { ...trail.value, selectors: { given: true as const, list } };
  await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value }] });
  return { TrailARN: trailArn(value), EventSelectors: list.map(toSelector) };
};

function recordOf(selector: EventSelector, ctx: RequestContext): EventSelectorRecord {
  if (selector.DataResources?.length) {
    throw ctx.fault(
      "InvalidEventSelectorsException",
      "DataResources: there are no data events, only management events.",
    );
  }
  return {
    readWriteType: selector.ReadWriteType ?? "All",
    includeManagementEvents: selector.IncludeManagementEvents ?? true,
    excludedSources: selector.ExcludeManagementEventSources ?? [],
  };
}
