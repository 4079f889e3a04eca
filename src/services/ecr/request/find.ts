import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { parseRepositoryArn, type RepositoryRecord, repositoryKey } from "../model.ts";

export interface RepositoryInput {
  /** The account whose registry is meant; the caller's by default. */
  readonly registryId?: string;
  readonly repositoryName: string;
}

type Where = Pick<RequestContext, "account" | "region">;

/** The registry that a request is for. */
export function registryOf({ account, region }: Where, { registryId }: { readonly registryId?: string }): World {
  return { account: registryId ?? account, region };
}

export async function requireRepository(ctx: RequestContext, input: RepositoryInput): Promise<Entry<RepositoryRecord>> {
  const world = registryOf(ctx, input);
  const found = await ctx.store.get(repositoryKey(world, input.repositoryName));
  if (found.value === undefined) throw notFound(world, input.repositoryName);
  return found;
}

export async function requireByArn(ctx: RequestContext, arn: string): Promise<Entry<RepositoryRecord>> {
  const named = parseRepositoryArn(arn);
  if (named === undefined || named.region !== ctx.region) {
    const words = `Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'`;
    throw new Fault("InvalidParameterException", words);
  }
  return requireRepository(ctx, { registryId: named.account, repositoryName: named.name });
}

export function notFound({ account }: World, name: string): Fault {
  const message = `The repository with name '${name}' does not exist in the registry with id '${account}'`;
  return new Fault("RepositoryNotFoundException", message);
}
