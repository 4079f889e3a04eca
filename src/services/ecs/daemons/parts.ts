import type { Failure } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { daemonNameIn } from "./lookup.ts";

/** Deployments or revisions of daemons, all of which are missing. Throws `InvalidParameterException`. */
export async function missingParts(
  ctx: RequestContext,
  kind: "daemon-deployment" | "daemon-revision",
  arns: readonly string[],
): Promise<Failure[]> {
  for (const arn of arns) await daemonNameIn(ctx, kind, arn);
  return [...new Set(arns)].map((arn) => ({ arn, reason: "MISSING" }));
}
