import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Read } from "#kernel/store.ts";
import {
  type ContainerInstanceRecord,
  containerInstanceArn,
  containerInstanceKey,
} from "../model/container-instance.ts";
import { placeInCluster } from "../tasks/lookup.ts";

/** The container instance that an id or ARN names. Throws `InvalidParameterException` for an ARN of another cluster. */
export async function readInstance(
  ctx: RequestContext,
  clusterName: string,
  identifier: string,
): Promise<Read<ContainerInstanceRecord>> {
  const found = placeInCluster(ctx, "container-instance", identifier);
  const named = found?.clusterName ?? clusterName;
  if (found !== undefined && named !== clusterName) {
    const message = `Identifier is for cluster ${named}. Your cluster is ${clusterName}`;
    throw ctx.fault("InvalidParameterException", `Invalid identifier: ${message}`);
  }
  const { account, region } = ctx;
  // What is no identifier at all is missing, as on AWS.
  return ctx.store.get(containerInstanceKey({ account, region, clusterName, id: found?.name ?? identifier }));
}

/** What a failure calls an instance that is not there. */
export function arnOf(ctx: RequestContext, clusterName: string, identifier: string): string {
  const { account, region } = ctx;
  return parseArn(identifier) ? identifier : containerInstanceArn({ account, region, clusterName, id: identifier });
}
