import { Fault } from "#kernel/fault.ts";
import { listPage } from "#kernel/pagination.ts";

const mostResults = 20;

/** A page of a list that is in the order of its items' positions. */
export function page<T>(
  operation: string,
  input: { readonly MaxResults?: number; readonly NextToken?: string },
  items: readonly T[],
  position: (item: T) => string,
): { readonly items: readonly T[]; readonly more: { readonly NextToken?: string } } {
  const { MaxResults = mostResults, NextToken, ...filters } = input;
  const scope = `${operation} ${JSON.stringify(filters)}`;
  const invalid = () =>
    new Fault("InvalidInputException", "You provided a value that does not match the required pattern.", {
      members: { Reason: "INVALID_NEXT_TOKEN" },
    });
  const found = listPage(items, { scope, token: NextToken, limit: MaxResults, position, invalid });
  return { items: found.items, more: found.nextToken === undefined ? {} : { NextToken: found.nextToken } };
}
