import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { type LayerGrant, layerUrlPrefix } from "#kernel/layer-url.ts";
import { blobAnswer } from "./blobs.ts";
import type { Answer } from "./exchange.ts";
import { sendAnswer } from "./send.ts";

export interface DownloadsOptions {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** What a URL's path grants; undefined when it was not given out by this platform. */
  readonly readPath: (path: string) => LayerGrant | undefined;
}

/** Layers under URLs that carry the right to them, as a mount of the gateway. */
export interface Downloads {
  readonly prefix: typeof layerUrlPrefix;
  /** Answers one request; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createDownloads(options: DownloadsOptions): Downloads {
  const { clock, log } = options;
  return {
    prefix: layerUrlPrefix,
    async handle(request, response) {
      response.setHeader("x-content-type-options", "nosniff");
      try {
        await sendAnswer(request, response, await answer(options, request), clock);
      } catch (error) {
        // Without the path: it would let the reader of the log in.
        log.error("The download of a layer has failed", { error });
        response.destroy();
      }
    },
  };
}

async function answer({ blobs, clock, readPath }: DownloadsOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method !== "GET" && request.method !== "HEAD") return refusal(405, "Only GET and HEAD are served here.");
  const grant = readPath(request.url ?? "");
  if (grant === undefined) return refusal(403, "Access Denied");
  if (clock.now() >= grant.expiresAt) return refusal(403, "Request has expired");
  const blob = await blobs.stat(grant.digest);
  return blob === undefined ? refusal(404, "There is no such layer any more.") : blobAnswer(request, blobs, blob);
}

function refusal(status: number, text: string): Answer {
  return { status, headers: { "content-type": "text/plain", "content-length": Buffer.byteLength(text) }, body: text };
}
