import { Fault } from "#kernel/fault.ts";
import { type Page, pageOf, positionIn } from "#kernel/pagination.ts";

const defaultLimit = 100;

interface PageRequest {
  readonly NextToken?: string;
  readonly Limit?: number;
  readonly NamePrefix?: string;
}

/** The page of a list that is asked for, by the names of its items. */
export function listPage<T>(
  scope: string,
  { NextToken, Limit = defaultLimit, NamePrefix = "" }: PageRequest,
  all: readonly T[],
  nameOf: (item: T) => string,
): Page<T> {
  const scoped = `${scope} ${NamePrefix}`;
  const after = NextToken === undefined ? "" : positionIn(NextToken, scoped);
  if (after === undefined) throw new Fault("ValidationException", "Parameter NextToken is not valid.");
  const found = all
    .filter((item) => nameOf(item) > after && nameOf(item).startsWith(NamePrefix))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return pageOf(found, Limit, scoped, nameOf);
}

/** As answers have it. */
export function nextPage<T>({ nextToken }: Page<T>): { readonly NextToken?: string } {
  return nextToken === undefined ? {} : { NextToken: nextToken };
}
