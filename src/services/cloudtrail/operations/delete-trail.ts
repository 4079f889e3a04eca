import { requireHomeTrail } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

/** What has been delivered stays in the log group. */
export const DeleteTrail: CloudTrailHandler<"DeleteTrail"> = async ({ Name }, ctx) => {
  const trail = await requireHomeTrail(ctx, Name);
  await ctx.store.commit({ unchanged: [trail], remove: [trail.key] });
  return {};
};
