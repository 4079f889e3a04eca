import { Fault } from "#kernel/fault.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";

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
  return pageOfList(
    all.filter((item) => nameOf(item).startsWith(NamePrefix)),
    {
      ...{ scope: `${scope} ${NamePrefix}`, token: NextToken, limit: Limit, position: nameOf },
      invalid: () => new Fault("ValidationException", "Parameter NextToken is not valid."),
    },
  );
}

/** As answers have it. */
export function nextPage<T>({ nextToken }: Page<T>): { readonly NextToken?: string } {
  return nextToken === undefined ? {} : { NextToken: nextToken };
}
