import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError, Fault, InvariantError } from "#kernel/fault.ts";
import { type RegistryCatalog, registryErrors, registryFault } from "#kernel/registry.ts";
import type { UpstreamClient } from "../upstream/client.ts";
import { PullThrough } from "../upstream/pull-through.ts";
import { answerBlob } from "./blobs.ts";
import { type Answer, type Exchange, jsonAnswer } from "./exchange.ts";
import { TransferLimits } from "./limits.ts";
import { answerReferrers, answerTags } from "./listings.ts";
import { answerManifest } from "./manifests.ts";
import { withReruns } from "./reruns.ts";
import { type Route, readRoute } from "./route.ts";
import { sendAnswer } from "./send.ts";
import { answerUpload, answerUploads } from "./uploads.ts";

export interface RegistryOptions {
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** A bug was found. */
  readonly onBug: (error: unknown) => void;
  readonly upstream: UpstreamClient;
  /** Chunks that are taken at once; each holds half a megabyte. */
  readonly maxUploads?: number;
  /** Bytes of manifests that are held at once. */
  readonly maxHeldBytes?: number;
}

/** The OCI distribution protocol 1.1 as a mount of the gateway. */
export interface Registry {
  readonly prefix: "/v2/";
  /** Answers one request; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Ends what is being fetched from other registries. */
  close(): Promise<void>;
}

export function createRegistry(options: RegistryOptions): Registry {
  const { blobs, clock, log, maxUploads = 128, maxHeldBytes = 32 * 2 ** 20 } = options;
  const catalog = withReruns(options.catalog);
  const { upstream, onBug } = options;
  const pullThrough = new PullThrough({ catalog, blobs, client: upstream, clock, log, onBug });
  const shell: Shell = {
    ...{ catalog, blobs, clock, log, onBug, pullThrough },
    limits: new TransferLimits({ maxUploads, maxHeldBytes }),
  };
  return {
    prefix: "/v2/",
    async handle(request, response) {
      response.setHeader("docker-distribution-api-version", "registry/2.0");
      response.setHeader("x-content-type-options", "nosniff");
      try {
        const answer = await answerRequest(shell, request, response).catch((error) => toAnswer(shell, request, error));
        await sendAnswer(request, response, answer, clock);
      } catch (error) {
        log.error("An answer of the registry has failed", { error });
        response.destroy();
      }
    },
    close: () => pullThrough.close(),
  };
}

interface Shell extends Pick<Exchange, "catalog" | "blobs" | "clock" | "pullThrough" | "limits"> {
  readonly log: Log;
  readonly onBug: (error: unknown) => void;
}

async function answerRequest(shell: Shell, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const { catalog } = shell;
  const { path, query } = splitUrl(request.url ?? "/");
  const caller = await catalog.authenticate({
    authorization: request.headers.authorization,
    host: request.headers.host ?? "",
    sourceAddress: request.socket.remoteAddress ?? "",
    userAgent: request.headers["user-agent"] ?? "",
  });
  const route = readRoute(path);
  if (route === undefined) return jsonAnswer(404, errorBody("UNSUPPORTED", "there is nothing under this path"));
  return answerRoute(route, {
    ...shell,
    ...{ request, response, caller, query },
    method: request.method ?? "GET",
    authorize: (action, name) => catalog.authorize(caller, action, name),
  });
}

function answerRoute(route: Route, exchange: Exchange): Promise<Answer> | Answer {
  switch (route.kind) {
    case "ping":
      if (exchange.method === "GET" || exchange.method === "HEAD") return jsonAnswer(200, {});
      throw registryFault("UNSUPPORTED", "the operation is unsupported");
    case "blob":
      return answerBlob(exchange, route.name, route.digest);
    case "uploads":
      return answerUploads(exchange, route.name);
    case "upload":
      return answerUpload(exchange, route.name, route.uploadId);
    case "manifest":
      return answerManifest(exchange, route.name, route.reference);
    case "tags":
      return answerTags(exchange, route.name);
    case "referrers":
      return answerReferrers(exchange, route.name, route.digest);
  }
}

/** The answer to what was thrown: a fault in the protocol's form; anything else is told to the log, not the client. */
function toAnswer(shell: Shell, request: IncomingMessage, error: unknown): Answer {
  if (error instanceof Fault) {
    const status = error.status ?? registryErrors[error.code as keyof typeof registryErrors] ?? 400;
    const headers = {
      ...(status === 401 && { "www-authenticate": 'Basic realm="registry",service="ecr.amazonaws.com"' }),
      ...((status === 429 || status === 503) && { "retry-after": "5" }),
    };
    return jsonAnswer(status, errorBody(error.code, error.message, error.members.detail), headers);
  }
  if (error instanceof InvariantError) shell.onBug(error);
  const path = splitUrl(request.url ?? "/").path.slice(0, 300);
  shell.log.error("A request to the registry has failed", { method: request.method, path, error });
  if (error instanceof DriverError && error.retryable) {
    return jsonAnswer(503, errorBody("UNAVAILABLE", error.message), { "retry-after": "5" });
  }
  return jsonAnswer(500, errorBody("UNKNOWN", "the request has failed"));
}

function errorBody(code: string, message: string, detail?: unknown): unknown {
  return { errors: [{ code, message, ...(detail !== undefined && { detail }) }] };
}

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const question = url.indexOf("?");
  if (question === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, question), query: new URLSearchParams(url.slice(question + 1)) };
}
