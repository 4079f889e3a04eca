import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Read } from "#kernel/store.ts";
import {
  type ContainerInstanceRecord,
  containerInstanceArn,
  containerInstanceKey,
} from "../model/container-instance.ts";
import { placeInCluster, wrongCluster } from "../tasks/lookup.ts";

/** The container instance that an id or ARN names. Throws `InvalidParameterException` for an ARN of another cluster. */
export async function readInstance(
  ctx: RequestContext,
  clusterName: string,
  identifier: string,
): Promise<Read<ContainerInstanceRecord>> {
  const found = placeInCluster(ctx, "container-instance", identifier);
  const named = found?.clusterName ?? clusterName;
  if (named !== clusterName) throw wrongCluster(ctx, named, clusterName);
  const { account, region } = ctx;
  // What is no identifier at all is missing, as on AWS.
  return ctx.store.get(containerInstanceKey({ account, region, clusterName, id: found?.name ?? identifier }));
}

/** Refuses a list of container instances that is empty. */
export function checkNamedInstances(ctx: RequestContext, named: readonly string[]): void {
  if (named.length === 0) throw ctx.fault("InvalidParameterException", "Container instances can not be blank.");
}

export interface NamedInstance {
  /** Of one that is not there, what a failure calls it. */
  readonly arn: string;
  /** Undefined: it is not there. */
  readonly entry: Entry<ContainerInstanceRecord> | undefined;
}

/** The container instances that a request names, each once, though by its id and by its ARN. */
export async function readInstances(
  ctx: RequestContext,
  clusterName: string,
  named: readonly string[],
): Promise<readonly NamedInstance[]> {
  const { account, region } = ctx;
  const found: NamedInstance[] = [];
  for (const identifier of new Set(named)) {
    const read = await readInstance(ctx, clusterName, identifier);
    const own = containerInstanceArn({ account, region, clusterName, id: identifier });
    const entry = read.value === undefined ? undefined : (read as Entry<ContainerInstanceRecord>);
    const arn = entry?.value.containerInstanceArn ?? (parseArn(identifier) ? identifier : own);
    if (!found.some((other) => other.arn === arn)) found.push({ arn, entry });
  }
  return found;
}
