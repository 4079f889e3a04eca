import { requireTrail } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";
import { toTrail } from "../request/shapes.ts";

export const GetTrail: CloudTrailHandler<"GetTrail"> = async ({ Name }, ctx) => ({
  Trail: toTrail((await requireTrail(ctx, Name)).value),
});
