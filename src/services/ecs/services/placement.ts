import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { ServiceRecord } from "../model/service.ts";
import { type PlacementInput, resolveTaskPlacement } from "../tasks/placement.ts";
import { isFargate, type RevisionContent } from "./revision.ts";

/** The placement that a service asks for, checked; undefined `content`: its task sets say what its tasks are. */
export function resolvePlacement(
  ctx: RequestContext,
  { schedulingStrategy, ...input }: PlacementInput & Pick<CreateServiceRequest, "schedulingStrategy">,
  content: RevisionContent | undefined,
): Pick<ServiceRecord, "placementConstraints" | "placementStrategy"> {
  const placement = resolveTaskPlacement(ctx, input, content !== undefined && isFargate(content));
  if (schedulingStrategy !== "DAEMON" || placement.placementStrategy.length === 0) return placement;
  throw ctx.fault("InvalidParameterException", "The daemon scheduling strategy does not support placement strategies.");
}
