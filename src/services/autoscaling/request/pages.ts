import type { RequestContext } from "#kernel/handler.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";
import type { ServiceName } from "#services/ecs/model.ts";
import { resourceIdOf } from "../model.ts";
import { invalid, isSupported } from "./target.ts";

interface ListInput {
  readonly ServiceNamespace: string;
  readonly ScalableDimension?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface Listing<T extends ServiceName> {
  readonly operation: string;
  /** The resources that are asked for; undefined: all. */
  readonly resourceIds: readonly string[] | undefined;
  readonly most: number;
  /** All of the account and region that the other filters let pass, in any order. */
  readonly found: () => readonly T[];
  /** Ascending in the order of the list. */
  readonly position: (item: T) => string;
}

/** A page of a list. `ValidationException` and `InvalidNextTokenException` for what a caller may not ask. */
export function listPage<T extends ServiceName>(ctx: RequestContext, input: ListInput, listing: Listing<T>): Page<T> {
  const { MaxResults: limit = listing.most, NextToken: token, ...filters } = input;
  if (limit < 1 || limit > listing.most) {
    throw invalid(ctx, `MaxResults must be between 1 and ${listing.most}.`);
  }
  if (filters.ScalableDimension !== undefined && listing.resourceIds === undefined) {
    throw invalid(ctx, "If you specify a scalable dimension, you must also specify a resource ID.");
  }
  const scope = JSON.stringify([listing.operation, ctx.account, ctx.region, filters]);
  const { position, resourceIds } = listing;
  const found = isSupported(filters) ? listing.found() : [];
  return pageOfList(
    found.filter((item) => resourceIds?.includes(resourceIdOf(item)) ?? true),
    {
      ...{ scope, token, limit, position },
      invalid: () => ctx.fault("InvalidNextTokenException", "The next token supplied was invalid."),
    },
  );
}
