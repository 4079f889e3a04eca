import type { ListSecretsRequest } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { listPage } from "#kernel/pagination.ts";
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
  const { items, nextToken } = listPage(found, {
    scope: `${operation} ${SortBy ?? ""} ${SortOrder} ${JSON.stringify(Filters)}`,
    ...{ token: NextToken, limit: MaxResults, descending: SortOrder === "desc" },
    // Names make the order complete.
    position: (secret) => `${sortValue(secret, SortBy)} ${secret.name}`,
    invalid: invalidToken,
  });
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

export function invalidToken(): Fault {
  return new Fault("InvalidNextTokenException", "You provided an invalid NextToken value.");
}

/** Milliseconds as text of the same order. */
export function asText(time: number): string {
  return String(time).padStart(16, "0");
}
