/** A query that cannot be read. The places are in its text, in characters; the end is behind the last of them. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly start: number;
  readonly end: number;

  constructor(message: string, { start, end }: { readonly start: number; readonly end: number }) {
    super(message);
    this.start = start;
    this.end = end;
  }
}
