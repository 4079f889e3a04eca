import { requireHomeTrail } from "../request/find.ts";
import type { CloudTrailHandler, CloudTrailParts } from "../request/handler.ts";

/** From now on what is recorded is delivered. A trail that delivers already goes on. */
export function startLogging({ trail: files }: Pick<CloudTrailParts, "trail">): CloudTrailHandler<"StartLogging"> {
  return async ({ Name }, ctx) => {
    const trail = await requireHomeTrail(ctx, Name);
    if (trail.value.from !== undefined) return {};
    const from = await files.end();
    const value = { ...trail.value, from, startedAt: ctx.clock.now() };
    await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value }] });
    return {};
  };
}
