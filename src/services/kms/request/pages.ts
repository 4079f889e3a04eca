import { Fault } from "#kernel/fault.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";

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
  { Limit, Marker }: PageRequest,
  all: readonly T[],
  position: (item: T) => string,
  { defaultLimit = 50, markerCode = "InvalidMarkerException" } = {},
): { readonly items: readonly T[]; readonly more: { readonly NextMarker?: string; readonly Truncated: boolean } } {
  const after = Marker === undefined ? "" : positionIn(Marker, scope);
  if (after === undefined) throw new Fault(markerCode, "Could not deserialize marker");
  const behind = all
    .filter((item) => position(item) > after)
    .sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0));
  const { items, nextToken } = pageOf(behind, Limit ?? defaultLimit, scope, position);
  return { items, more: { Truncated: nextToken !== undefined, ...(nextToken && { NextMarker: nextToken }) } };
}
