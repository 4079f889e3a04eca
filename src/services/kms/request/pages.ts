import { Fault } from "#kernel/fault.ts";
import { listPage as pageOfList } from "#kernel/pagination.ts";

interface PageRequest {
  readonly Limit?: number;
  readonly Marker?: string;
}

/**
 * The page that is asked for, in the order of `position`, with the members that say whether more follow. A marker that
 * is none is a fault with `markerCode`.
 */
export function listPage<T>(
  scope: string,
  { Limit, Marker: token }: PageRequest,
  all: readonly T[],
  position: (item: T) => string,
  { defaultLimit = 50, markerCode = "InvalidMarkerException" } = {},
): { readonly items: readonly T[]; readonly more: { readonly NextMarker?: string; readonly Truncated: boolean } } {
  const invalid = () => new Fault(markerCode, "Could not deserialize marker");
  const { items, nextToken } = pageOfList(all, { scope, token, limit: Limit ?? defaultLimit, position, invalid });
  return { items, more: { Truncated: nextToken !== undefined, ...(nextToken && { NextMarker: nextToken }) } };
}
