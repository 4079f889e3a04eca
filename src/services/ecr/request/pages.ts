import { Fault } from "#kernel/fault.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";

/** The page that is asked for, in the order of `position`: 100 items by default. */
export function listPage<T>(
  scope: string,
  { nextToken, maxResults = 100 }: { readonly nextToken?: string; readonly maxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
): Page<T> {
  const words = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'";
  const invalid = () => new Fault("InvalidParameterException", words);
  return pageOfList(all, { scope, token: nextToken, limit: maxResults, position, invalid });
}
