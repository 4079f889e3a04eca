import { Fault } from "#kernel/fault.ts";
import { listPage as pageOfList } from "#kernel/pagination.ts";

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
  const invalid = () => new Fault("ValidationError", `Marker '${Marker}' is not valid`);
  const page = pageOfList(items, { scope, token: Marker, limit: PageSize, position, invalid });
  return { items: page.items, next: page.nextToken === undefined ? {} : { NextMarker: page.nextToken } };
}
