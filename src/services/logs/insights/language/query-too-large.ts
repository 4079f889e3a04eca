/** A query that needs more memory than one may take: it fails, and its message says why. */
export class QueryTooLarge extends Error {
  override readonly name = "QueryTooLarge";
}
