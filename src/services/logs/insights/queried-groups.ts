import type { StartQueryRequest } from "#generated/logs/types.ts";

/** The log groups that a query names, by their names or ARNs. */
export function queriedGroups({ logGroupName, logGroupNames, logGroupIdentifiers }: StartQueryRequest) {
  const one = logGroupName === undefined ? [] : [logGroupName];
  return [...new Set([...one, ...(logGroupNames ?? []), ...(logGroupIdentifiers ?? [])])];
}
