import { Fault } from "#kernel/fault.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";

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
  return pageOfList(
    all.filter(({ name }) => name.startsWith(NamePrefix)),
    {
      ...{ scope: `${scope} ${NamePrefix}`, token: NextToken, limit: MaxResults, position },
      invalid: () => new Fault("ValidationException", "Invalid NextToken."),
    },
  );
}

/** As answers have it. */
export function nextPage<T>({ nextToken }: Page<T>): { readonly NextToken?: string } {
  return nextToken === undefined ? {} : { NextToken: nextToken };
}
