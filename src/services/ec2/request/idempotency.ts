import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import { digest, idOf, type Resource } from "../model.ts";
import type { Kind } from "./kinds.ts";

/** How a create operation is told from others and from its own repetition. */
export interface CreateRequest {
  /** What ids are derived from: the client token if there is one, else chance. */
  readonly seed: string;
  /** With a client token: what was asked for, to be kept in the record. */
  readonly requestDigest?: string;
}

export function createRequest(
  ctx: RequestContext,
  operation: string,
  input: { readonly ClientToken?: string },
): CreateRequest {
  const { ClientToken, ...asked } = input;
  if (ClientToken === undefined || ClientToken === "") return { seed: hex(ctx.random, 32) };
  const requestDigest = digest(JSON.stringify(Object.entries(asked).sort())).toString("hex");
  return { seed: [operation, ctx.account, ctx.region, ClientToken].join("/"), requestDigest };
}

/** The resource that the same request, with the same client token, has made before. */
export async function madeBefore<T extends Resource>(
  ctx: RequestContext,
  kind: Kind<T>,
  { seed, requestDigest }: CreateRequest,
): Promise<T | undefined> {
  if (requestDigest === undefined) return undefined;
  const { value } = await ctx.store.get(kind.key(ctx, idOf(kind.prefix, seed)));
  if (value !== undefined && value.requestDigest !== requestDigest) {
    const message = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
    throw ctx.fault("IdempotentParameterMismatch", message);
  }
  return value;
}
