import { Fault } from "#kernel/fault.ts";
import { listPage as pageOfList } from "#kernel/pagination.ts";

export interface PageRequest {
  readonly MaxItems?: number;
  readonly Marker?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** What every list answers besides its items. */
  readonly more: { readonly IsTruncated: boolean; readonly Marker?: string };
}

const defaultMaxItems = 100;

/**
 * The page of a list, in the order of the items' positions, which must differ. `operation` and all that the request
 * filters by are part of the marker: it is of no other list.
 */
export function listPage<T>(
  operation: string,
  input: PageRequest,
  items: readonly T[],
  position: (item: T) => string,
): ListPage<T> {
  const { MaxItems = defaultMaxItems, Marker, ...filters } = input;
  const scope = `${operation} ${JSON.stringify(filters)}`;
  const invalid = () => new Fault("ValidationError", "Invalid Marker.");
  const page = pageOfList(items, { scope, token: Marker, limit: MaxItems, position, invalid });
  const more = page.nextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: page.nextToken };
  return { items: page.items, more };
}
