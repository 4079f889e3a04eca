import type { Failure } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { daemonNameIn } from "./lookup.ts";

const mostParts = 20;

/** Deployments or revisions of daemons, all of which are missing. Throws `InvalidParameterException`. */
export async function missingParts(
  ctx: RequestContext,
  kind: "daemon-deployment" | "daemon-revision",
  arns: readonly string[],
): Promise<Failure[]> {
  if (arns.length === 0 || arns.length > mostParts) {
    throw ctx.fault("InvalidParameterException", `Specify between 1 and ${mostParts} ${kind} ARNs.`);
  }
  for (const arn of arns) await daemonNameIn(ctx, kind, arn);
  return [...new Set(arns)].map((arn) => ({ arn, reason: "MISSING" }));
}
