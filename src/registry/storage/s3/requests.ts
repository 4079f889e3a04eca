import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Credentials, RequestSigner } from "#kernel/request-signer.ts";
import { uriEncode } from "#kernel/uri-encode.ts";
import { wholeContent } from "#kernel/whole-content.ts";
import type { S3Body } from "./client.ts";
import { textOf } from "./xml.ts";

export interface S3RequestsOptions {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://minio.internal:9000` */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly sign: RequestSigner;
  /** Before every key: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly clock: Clock;
}

export interface Answer {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

const noBody: S3Body = {
  pieces: [],
  sizeBytes: 0,
  sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
/** Before what may pass is tried again. */
const retryMs = [100, 500, 2000];
/** Nothing is sent or answered for so long: the connection is lost. */
const silenceMs = 60_000;
/** Answers that are read as a whole: listings of 1,000 keys, states of uploads, tails of them. */
const maxAnswerBytes = 16 * 2 ** 20;

const noSpaceCodes = /^(?:\w*StorageFull|InsufficientStorage|QuotaExceeded|EntityTooLarge)$/;

/** A failure that another attempt may not meet. */
class PassingError extends Error {
  override readonly name = "PassingError";
}

/** Signed requests to one bucket, addressed by its path, over connections that are kept. */
export class S3Requests {
  readonly prefix: string;
  readonly #options: S3RequestsOptions;
  readonly #agent: Agent;

  constructor(options: S3RequestsOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    const secure = new URL(options.endpoint).protocol === "https:";
    this.#agent = secure ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }

  /** With the empty key it is the bucket that is asked. */
  ask(method: string, key: string, query: Readonly<Record<string, string>> = {}, body = noBody): Promise<Answer> {
    return this.#again(async () => {
      const answer = await this.#send(method, key, query, body);
      const content = await wholeBody(answer);
      const status = answer.statusCode ?? 0;
      // An upload that was put together may fail after its status has been sent.
      const failed = status >= 300 || content.subarray(0, 200).includes("<Error>");
      if (failed) throw failureOf(status, method, content);
      return { headers: answer.headers as Answer["headers"], body: content };
    });
  }

  /** The pieces are good as long as they are held. */
  async *read(key: string, { start, end }: { readonly start: number; readonly end: number }) {
    let position = start;
    for (let failures = 0; position <= end; ) {
      const answer = await this.#open(key, { start: position, end });
      try {
        for await (const piece of piecesOf(answer)) {
          position += piece.length;
          failures = 0;
          yield piece;
        }
        if (position <= end) throw new PassingError("the answer was cut off");
      } catch (error) {
        await this.#pause(failures++, error);
      } finally {
        // Also when the reader has had enough: the rest is not waited for.
        answer.destroy();
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(key: string, { start, end }: { readonly start: number; readonly end: number }): Promise<IncomingMessage> {
    return this.#again(async () => {
      const answer = await this.#send("GET", key, {}, noBody, { range: `bytes=${start}-${end}` });
      if (answer.statusCode === 206) return answer;
      const content = await wholeBody(answer);
      throw failureOf(answer.statusCode ?? 0, "GET", content);
    });
  }

  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await work();
      } catch (error) {
        await this.#pause(failures, error);
      }
    }
  }

  /** Until the next attempt; throws when there is none, and what does not pass. */
  async #pause(failures: number, cause: unknown): Promise<void> {
    if (!(cause instanceof PassingError)) throw cause;
    const wait = retryMs[failures];
    if (wait !== undefined) return sleep(this.#options.clock, wait);
    const message = `The storage of images does not answer: ${cause.message}`;
    throw new DriverError("Failed", message, { retryable: true, cause });
  }

  #send(
    method: string,
    key: string,
    query: Readonly<Record<string, string>>,
    body: S3Body,
    more: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> {
    const { bucket, region, credentials, clock, sign } = this.#options;
    const url = new URL(this.#options.endpoint);
    const path = key === "" ? `/${bucket}` : `/${bucket}/${this.prefix}${key}`;
    const pairs = Object.entries(query).map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`);
    const target = {
      method,
      path: path.split("/").map(uriEncode).join("/"),
      query: pairs.join("&"),
      headers: { ...more, host: url.host, "content-length": String(body.sizeBytes) },
      body: new Uint8Array(0),
    };
    const options = { credentials, region, service: "s3", now: clock.now(), payloadHash: body.sha256 };
    const { headers } = sign(target, options);
    return exchange(this.#agent, url, { ...target, headers: headers as Record<string, string> }, body);
  }
}

interface Target {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

function exchange(agent: Agent, url: URL, target: Target, body: S3Body): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({
    ...{ agent, method: target.method, headers: target.headers, timeout: silenceMs },
    ...{ hostname: url.hostname, port: url.port },
    path: target.query === "" ? target.path : `${target.path}?${target.query}`,
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error("nothing was heard of it for a minute")));
  outgoing.on("error", (error) => reject(passing(error)));
  outgoing.on("response", resolve);
  for (const piece of body.pieces) outgoing.write(piece);
  outgoing.end();
  return promise;
}

function wholeBody(answer: IncomingMessage): Promise<Buffer> {
  const tooMuch = () => new DriverError("Failed", "The storage of images answers with too much.");
  return wholeContent(piecesOf(answer), maxAnswerBytes, tooMuch);
}

async function* piecesOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const pieces = answer.iterator({ destroyOnReturn: false });
  for (;;) {
    const next = await pieces.next().catch((error: Error) => Promise.reject(passing(error)));
    if (next.done) return;
    yield next.value as Buffer;
  }
}

/** A connection that broke: another may not. */
function passing(error: Error): PassingError {
  return new PassingError((error as NodeJS.ErrnoException).code ?? error.message, { cause: error });
}

/** What went wrong, by the status and the code in the answer. */
function failureOf(status: number, method: string, content: Buffer): Error {
  const xml = content.toString("utf8");
  const [code, message] = [textOf(xml, "Code"), textOf(xml, "Message")];
  // The answer to HEAD has no code.
  const missing = status === 404 && (code === "" || code === "NoSuchKey" || code === "NoSuchUpload");
  if (missing) return new DriverError("NotFound", "There is no such object.");
  if (noSpaceCodes.test(code) || status === 507) {
    return new DriverError("NoSpace", `The storage of images has no room: ${code || status}.`, { retryable: true });
  }
  const words = `${code || `status ${status}`}${message && `: ${message}`}`;
  if (status === 429 || status >= 500 || (status === 200 && code !== "")) return new PassingError(words);
  return new DriverError("Failed", `The storage of images refused a ${method}: ${words}`, { retryable: true });
}
