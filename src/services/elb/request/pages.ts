import { Fault } from "#kernel/fault.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";

export interface PageRequest {
  readonly PageSize?: number;
  readonly Marker?: string;
}

const largestPage = 400;

/** The page of a list, in the order of the items' positions, which must differ. */
export function listPage<T>(
  operation: string,
  input: PageRequest,
  items: readonly T[],
  position: (item: T) => string,
): { readonly items: readonly T[]; readonly next: { readonly NextMarker?: string } } {
  const { PageSize = largestPage, Marker, ...filters } = input;
  const scope = `${operation} ${JSON.stringify(filters)}`;
  const after = Marker === undefined ? undefined : positionIn(Marker, scope);
  if (Marker !== undefined && after === undefined)
    throw new Fault("ValidationError", `Marker '${Marker}' is not valid`);
  const sorted = items
    .map((item) => ({ item, at: position(item) }))
    .filter(({ at }) => after === undefined || at > after)
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const page = pageOf(sorted, PageSize, scope, ({ at }) => at);
  const next = page.nextToken === undefined ? {} : { NextMarker: page.nextToken };
  return { items: page.items.map(({ item }) => item), next };
}
