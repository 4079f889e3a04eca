import type { RequestContext } from "#kernel/handler.ts";
import { listPage, type Page } from "#kernel/pagination.ts";

export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** One page of items in the order of their ids. */
export function pageOf<T>(
  ctx: RequestContext,
  items: readonly T[],
  idOf: (item: T) => string,
  request: PageRequest,
): Page<T> {
  const { NextToken: token, MaxResults: limit = maxPageLength } = request;
  const message = `Value ( ${token} ) for parameter NextToken is invalid. The token is invalid.`;
  const invalid = () => ctx.fault("InvalidParameterValue", message);
  return listPage(items, { scope: "", token, limit, position: idOf, invalid });
}

/** How many items a page has at most. */
const maxPageLength = 1000;
