import type { IncomingHttpHeaders } from "node:http";
import { DriverError } from "./fault.ts";

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: the request has none. */
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** From `Retry-After`, when it is given in seconds. */
  readonly retryAfterSeconds?: number;
  /** As text, when it was asked for. */
  readonly body?: string;
}

export interface HttpSending {
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** Asks for the answer's body too, of so many bytes at most. */
  readonly mostBodyBytes?: number;
}

/**
 * Sends a request and gives the head of its answer, and its body when that is asked for; redirections are not followed.
 * Rejects with a retryable `DriverError` when none comes in time, with another one when its body is too long; nothing
 * of the request is in their messages but the host.
 */
export type SendHttp = (call: HttpCall, options: HttpSending) => Promise<HttpAnswer>;

/** An answer whose body has not been read yet: it is read to its end, or closed. */
export interface HttpStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly content: AsyncIterable<Uint8Array>;
  /** Whether it comes from this machine or a private network. */
  readonly isInside: boolean;
  close(): void;
}

export interface HttpOpening {
  /** Ends the connection, also while the body is read. */
  readonly signal: AbortSignal;
  /** Nothing is sent to this machine and private networks: for URLs that a stranger on the internet has given. */
  readonly onlyOutside: boolean;
}

/**
 * Sends a request and gives its answer as it comes; redirections are not followed. Rejects with a `DriverError`
 * (`InvalidSpec`) where nothing may be sent.
 */
export type OpenHttp = (call: HttpCall, options: HttpOpening) => Promise<HttpStream>;

/** Reaches nobody: where nothing is to be sent. */
export const noHttp: SendHttp = ({ url }) =>
  Promise.reject(new DriverError("Unavailable", `${new URL(url).host} could not be reached.`, { retryable: true }));
