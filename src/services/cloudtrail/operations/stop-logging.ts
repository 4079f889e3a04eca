import { requireHomeTrail } from "../request/find.ts";
import type { CloudTrailHandler, CloudTrailParts } from "../request/handler.ts";

/** What was recorded up to now is delivered first. */
export function stopLogging({
  trail: files,
  delivery,
}: Pick<CloudTrailParts, "trail" | "delivery">): CloudTrailHandler<"StopLogging"> {
  return async ({ Name }, ctx) => {
    const trail = await requireHomeTrail(ctx, Name);
    if (trail.value.from === undefined) return {};
    await files.flush();
    await delivery.deliver();
    const { from: _, ...rest } = trail.value;
    const value = { ...rest, stoppedAt: ctx.clock.now() };
    await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value }] });
    return {};
  };
}
