import { Fault } from "#kernel/fault.ts";
import { type Page, pageOf, positionIn } from "#kernel/pagination.ts";

const defaultLimit = 100;

interface PageRequest {
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly NamePrefix?: string;
}

/** The page of a list that is asked for, in the order of `position`. */
export function listPage<T extends { readonly name: string }>(
  scope: string,
  { NextToken, MaxResults = defaultLimit, NamePrefix = "" }: PageRequest,
  all: readonly T[],
  position: (item: T) => string,
): Page<T> {
  const scoped = `${scope} ${NamePrefix}`;
  const after = NextToken === undefined ? "" : positionIn(NextToken, scoped);
  if (after === undefined) throw new Fault("ValidationException", "Invalid NextToken.");
  const found = all
    .filter((item) => item.name.startsWith(NamePrefix) && position(item) > after)
    .sort((a, b) => (position(a) < position(b) ? -1 : 1));
  return pageOf(found, MaxResults, scoped, position);
}

/** As answers have it. */
export function nextPage<T>({ nextToken }: Page<T>): { readonly NextToken?: string } {
  return nextToken === undefined ? {} : { NextToken: nextToken };
}
