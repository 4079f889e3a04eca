/** An HTTP request whose body has been read, as the protocols see it. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, without the query string: still percent-encoded. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The other end of the connection; absent for what did not come over one. */
  readonly remoteAddress?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** An iterable is sent as it comes, until the client goes away. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The body as text, or undefined when it is not UTF-8. */
export function textOf(body: Uint8Array): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
