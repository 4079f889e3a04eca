import { Fault } from "#kernel/fault.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";

/** The page of a list that is asked for, in the order of `position`; `scope` is the operation and its filters. */
export function listPage<T>(
  all: readonly T[],
  {
    scope,
    nextToken,
    limit,
  }: { readonly scope: string; readonly nextToken: string | undefined; readonly limit: number },
  position: (item: T) => string,
): Page<T> {
  const invalid = () => new Fault("InvalidParameterException", "The specified nextToken is invalid.");
  return pageOfList(all, { scope, token: nextToken, limit, position, invalid });
}
