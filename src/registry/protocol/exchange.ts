import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { RegistryAction, RegistryCaller, RegistryCatalog, RegistryRepository } from "#kernel/registry.ts";
import type { PullThrough } from "../upstream/pull-through.ts";
import type { TransferLimits } from "./limits.ts";

/** One request and what is needed to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly caller: RegistryCaller;
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly pullThrough: PullThrough;
  readonly limits: TransferLimits;
  readonly clock: Clock;
  /** The repository, when the caller may do this there; throws otherwise. */
  authorize(action: RegistryAction, name: string): Promise<RegistryRepository>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Not sent in answer to HEAD. */
  readonly body?: string | Buffer | AsyncGenerator<Uint8Array>;
}

export function jsonAnswer(status: number, value: unknown, headers: Answer["headers"] = {}): Answer {
  const body = JSON.stringify(value);
  return {
    status,
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
    body,
  };
}
