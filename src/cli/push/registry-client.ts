import { createReadStream } from "node:fs";
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { pipeline } from "node:stream/promises";
import { sleep, systemClock } from "#kernel/clock.ts";
import { CommandError, exitCodes } from "../command.ts";
import type { PushedManifest } from "./manifest.ts";

/** Bytes to push: of a file, or in memory. */
export interface PushedBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly content: { readonly file: string } | { readonly bytes: Buffer };
}

/** Pushes to one repository over the OCI distribution protocol. What the registry refuses is a `CommandError`. */
export interface RegistryClient {
  hasBlob(digest: string): Promise<boolean>;
  /** Goes on where it was when the connection breaks. `onBytes` is told of what has been sent. */
  pushBlob(blob: PushedBlob, onBytes: (bytes: number) => void): Promise<void>;
  putManifest(manifest: PushedManifest, tag: string): Promise<void>;
  close(): void;
}

export interface RegistryClientOptions {
  readonly endpoint: string;
  readonly repository: string;
  /** `AWS:` and a token of ECR's, in base64. */
  readonly authorization: string;
  readonly signal: AbortSignal;
}

/** After a lost connection, or an answer that asks to come again. */
const retryMs = [250, 1000, 3000, 8000];

/** Nothing is sent or answered for so long: the connection is lost. */
const silenceSeconds = 120;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | { readonly file: string; readonly start: number; readonly onBytes: (bytes: number) => void };
}

/** The connection broke, or the registry has no time now: worth another attempt. */
class TransferError extends Error {
  override readonly name = "TransferError";
}

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { endpoint, repository } = options;
  const agent =
    new URL(endpoint).protocol === "https:" ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const ask = (method: string, path: string, sent: Sent = {}) => send(options, agent, method, path, sent);
  const base = `/v2/${repository}`;
  const again = <T>(work: () => Promise<T>) => withRetries(work, options);
  return {
    async hasBlob(digest) {
      const answer = await again(() => ask("HEAD", `${base}/blobs/${digest}`));
      if (answer.status === 200 || answer.status === 404) return answer.status === 200;
      // The answer to HEAD has no body: the upload will say what is wrong.
      return false;
    },
    async pushBlob(blob, onBytes) {
      let location: string | undefined;
      await again(async () => {
        let start = location === undefined ? undefined : await sentBytes(ask, location);
        if (start === undefined) {
          location = locationOf(expect(await ask("POST", `${base}/blobs/uploads/`), 202));
          start = 0;
        }
        if (start < blob.sizeBytes) await sendRest(ask, location!, blob, start, onBytes);
        const separator = location!.includes("?") ? "&" : "?";
        expect(await ask("PUT", `${location}${separator}digest=${blob.digest}`), 201);
      });
    },
    async putManifest({ bytes, mediaType }, tag) {
      const sent = { headers: { "content-type": mediaType }, body: bytes };
      await again(async () => expect(await ask("PUT", `${base}/manifests/${tag}`, sent), 201));
    },
    close: () => agent.destroy(),
  };
}

type Ask = (method: string, path: string, sent?: Sent) => Promise<Answer>;

async function sendRest(
  ask: Ask,
  location: string,
  { content, sizeBytes }: PushedBlob,
  start: number,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": sizeBytes - start,
    "content-range": `${start}-${sizeBytes - 1}`,
  };
  const body = "bytes" in content ? content.bytes.subarray(start) : { file: content.file, start, onBytes };
  expect(await ask("PATCH", location, { headers, body }), 202);
}

/**
 * How far an upload has come, by `Range: 0-1023`. Undefined when it is to begin anew: it is gone, it was finished and
 * the answer was lost, or it has no more than a byte (which the header tells as it tells of none).
 */
async function sentBytes(ask: Ask, location: string): Promise<number | undefined> {
  const { status, headers } = await ask("GET", location);
  const last = Number(/^0-(\d+)$/.exec(String(headers.range))?.[1] ?? 0);
  return status === 204 && last > 0 ? last + 1 : undefined;
}

async function withRetries<T>(work: () => Promise<T>, { signal, endpoint }: RegistryClientOptions): Promise<T> {
  const clock = systemClock({ keepAlive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransferError)) throw error;
      const wait = retryMs[attempt];
      if (wait === undefined) {
        throw new CommandError(`The push to ${endpoint} broke off: ${error.message}`, exitCodes.unavailable);
      }
      await sleep(clock, wait, signal);
    }
  }
}

function send(
  { endpoint, authorization, signal }: RegistryClientOptions,
  agent: Agent,
  method: string,
  path: string,
  { headers = {}, body }: Sent,
): Promise<Answer> {
  const url = new URL(path, endpoint);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length =
      body === undefined ? { "content-length": 0 } : Buffer.isBuffer(body) ? { "content-length": body.length } : {};
    const all = { authorization: `Basic ${authorization}`, ...length, ...headers };
    const outgoing = request(
      url,
      { method, agent, signal, headers: all, timeout: silenceSeconds * 1000 },
      (incoming) => {
        readText(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
          (error: unknown) => reject(brokenOff(error)),
        );
      },
    );
    outgoing.on("error", (error) => reject(brokenOff(error)));
    outgoing.on("timeout", () => outgoing.destroy(new Error("the registry does not answer")));
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    else {
      const source = createReadStream(body.file, { start: body.start, highWaterMark: 256 * 1024 });
      source.on("data", (piece) => body.onBytes(piece.length));
      // A failure of the connection is told by the request itself; one of the file ends the request.
      pipeline(source, outgoing).catch((error: Error) => outgoing.destroy(error));
    }
  });
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function brokenOff(cause: unknown): TransferError {
  return new TransferError((cause as NodeJS.ErrnoException).code ?? (cause as Error).message, { cause });
}

/** The answer, if its status is this one; else what the registry says of it. */
function expect(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  const { code, message } = errorIn(answer.body);
  const words = `${code ?? `HTTP ${answer.status}`}: ${message ?? "the registry refuses the push"}`;
  // 416: the registry has not noticed yet that an earlier connection is gone.
  const passes = [416, 429].includes(answer.status) || answer.status >= 500;
  throw passes ? new TransferError(words) : new CommandError(words);
}

function errorIn(body: string): { readonly code?: string; readonly message?: string } {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: readonly [{ code: string; message: string }] };
    return errors?.[0] ?? {};
  } catch {
    return {};
  }
}

function locationOf({ headers }: Answer): string {
  if (headers.location === undefined) throw new CommandError("The registry has not said where to upload to.");
  return headers.location;
}
