import type { ListSecretsRequest } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { type SecretRecord, secrets } from "../model.ts";
import { checkFilters, matchesFilters } from "./filters.ts";

/** A page of the account's secrets that pass the filters, in the order asked for. */
export function listSecrets(
  ctx: RequestContext,
  operation: string,
  input: ListSecretsRequest,
  defaultLimit: number,
): { readonly items: readonly SecretRecord[]; readonly NextToken?: string } {
  const { Filters = [], SortBy, SortOrder = "asc", NextToken, MaxResults = defaultLimit } = input;
  checkFilters(Filters);
  const found = ctx.store
    .view(secrets)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter((secret) => input.IncludePlannedDeletion || secret.deletionDate === undefined)
    .filter((secret) => matchesFilters(secret, Filters));
  const sign = SortOrder === "desc" ? -1 : 1;
  // Names make the order complete, and are what a token tells.
  const position = (secret: SecretRecord) => `${sortValue(secret, SortBy)} ${secret.name}`;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  const scope = `${operation} ${SortBy ?? ""} ${SortOrder} ${JSON.stringify(Filters)}`;
  const after = NextToken === undefined ? undefined : positionIn(NextToken, scope);
  if (NextToken !== undefined && after === undefined) {
    throw new Fault("InvalidNextTokenException", "You provided an invalid NextToken value.");
  }
  const behind = found
    .filter((secret) => after === undefined || compare(position(secret), after) > 0)
    .sort((a, b) => compare(position(a), position(b)));
  const { items, nextToken } = pageOf(behind, MaxResults, scope, position);
  return { items, ...(nextToken && { NextToken: nextToken }) };
}

function sortValue(secret: SecretRecord, sortBy: ListSecretsRequest["SortBy"]): string {
  switch (sortBy) {
    case "name":
      return "";
    case "last-accessed-date":
      return asText(secret.lastAccessedDate ?? 0);
    case "last-changed-date":
      return asText(secret.lastChangedDate);
    default:
      return asText(secret.createdDate);
  }
}

/** Milliseconds as text of the same order. */
function asText(time: number): string {
  return String(time).padStart(16, "0");
}
