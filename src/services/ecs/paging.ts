import { Fault } from "#kernel/fault.ts";
import { positionIn } from "#kernel/pagination.ts";

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** Where a page begins and how long it is. */
export interface PageStart {
  /** What the tokens of this list carry: the operation and all that it filters by. */
  readonly scope: string;
  readonly limit: number;
  /** The position behind which the page begins; undefined for the first page. */
  readonly after: string | undefined;
}

/** Reads a request for a page of at most `maxPage` items. Throws `InvalidParameterException`. */
export function pageStart(operation: string, input: PageRequest, maxPage = 100): PageStart {
  const { maxResults: limit = maxPage, nextToken, ...filters } = input;
  if (limit < 1 || limit > maxPage) {
    throw new Fault("InvalidParameterException", `maxResults must be between 1 and ${maxPage}.`);
  }
  const scope = `${operation} ${JSON.stringify(filters)}`;
  const after = nextToken === undefined ? undefined : positionIn(nextToken, scope);
  if (nextToken !== undefined && after === undefined) {
    throw new Fault("InvalidParameterException", "Invalid token: it is not a nextToken of this list.");
  }
  return { scope, limit, after };
}
