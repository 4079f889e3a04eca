import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import type { Duplex } from "node:stream";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { EngineAddress } from "./address.ts";
import { answerError, connectionError } from "./errors.ts";

export interface EngineRequest {
  readonly query?: Readonly<Record<string, string | number | boolean | object | undefined>>;
  /** JSON, or bytes as they are with `contentType`. */
  readonly body?: unknown;
  readonly bytes?: AsyncIterable<Uint8Array> | Uint8Array;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** How long the engine may take to begin its answer; 120 by default, 0: as long as it likes. */
  readonly timeoutSeconds?: number;
}

/** A thin client of the Docker Engine API over pooled connections. Every failure is a `DriverError`. */
export interface EngineClient {
  readonly address: EngineAddress;
  /** Resolves with the parsed JSON answer, or undefined when there is none (204, 304). */
  // biome-ignore lint/suspicious/noExplicitAny: the caller names the answer's type, which api.ts declares
  call(method: string, path: string, options?: EngineRequest): Promise<any>;
  /** The answer's body, as it comes. The caller reads it to the end or destroys it. */
  stream(method: string, path: string, options?: EngineRequest): Promise<IncomingMessage>;
  /** Takes the connection over, for two-way traffic with a process. */
  hijack(path: string, options?: EngineRequest): Promise<Duplex>;
  close(): void;
}

const oldestApi = [1, 41] as const;
/** The newest version whose documentation the driver was written after. */
const newestApi = [1, 47] as const;
const defaultTimeoutSeconds = 120;

type Answer = { readonly message: IncomingMessage; readonly upgraded?: Duplex };

export function createEngineClient(address: EngineAddress, clock: Clock): EngineClient {
  const target = address.connect;
  const tls = "tls" in target ? target.tls : undefined;
  const agent = tls ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  let version: Promise<string> | undefined;
  let closed = false;

  const base: RequestOptions = "socketPath" in target ? { socketPath: target.socketPath } : { ...target };
  const send = (method: string, path: string, options: EngineRequest): Promise<Answer> => {
    if (closed) return Promise.reject(new DriverError("Unavailable", "The connection to the engine has been closed"));
    return exchange({ ...base, agent, method, path, secure: tls !== undefined }, options, clock, address.url);
  };

  const negotiated = (): Promise<string> => {
    version ??= send("GET", "/_ping", { timeoutSeconds: 10 })
      .then(async ({ message }) => {
        await readBody(message);
        return chooseVersion(String(message.headers["api-version"] ?? ""), address.url);
      })
      .catch((error) => {
        version = undefined;
        throw error;
      });
    return version;
  };

  const answer = async (method: string, path: string, options: EngineRequest): Promise<Answer> => {
    const result = await send(method, `/v${await negotiated()}${path}${queryString(options.query)}`, options).catch(
      (error) => {
        // The engine may come back as another version.
        if (error instanceof DriverError && error.reason === "Unavailable") version = undefined;
        throw error;
      },
    );
    const status = result.message.statusCode ?? 0;
    if (status >= 400) throw answerError(status, engineMessage(await readBody(result.message)));
    return result;
  };

  return {
    address,
    async call(method, path, options = {}) {
      const { message } = await answer(method, path, options);
      const body = await readBody(message).catch((cause) => Promise.reject(connectionError(cause, address.url)));
      if (body.length === 0) return undefined;
      return parseJson(body.toString("utf8"), path);
    },
    async stream(method, path, options = {}) {
      return (await answer(method, path, options)).message;
    },
    async hijack(path, options = {}) {
      const headers = { ...options.headers, connection: "Upgrade", upgrade: "tcp" };
      const { upgraded } = await answer("POST", path, { ...options, headers });
      if (upgraded !== undefined) return upgraded;
      throw new DriverError("Failed", `The container engine did not hand over the connection for ${path}`);
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

/** One request and the head of its answer. A pooled connection that turned out to be closed is replaced once. */
async function exchange(
  target: RequestOptions & { secure: boolean },
  options: EngineRequest,
  clock: Clock,
  url: string,
): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await attemptOnce(target, options, clock);
    if (outcome.answer) return outcome.answer;
    if (options.signal?.aborted) throw options.signal.reason;
    const mayRepeat = outcome.reused && !isStream(options.bytes) && attempt < 8;
    if (!mayRepeat) throw connectionError(outcome.cause, url);
  }
}

type Outcome = { readonly answer: Answer } | { readonly answer?: undefined; cause: unknown; reused: boolean };

function attemptOnce(
  target: RequestOptions & { secure: boolean },
  options: EngineRequest,
  clock: Clock,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const json = options.body === undefined ? undefined : JSON.stringify(options.body);
    const bytes = json ?? (isStream(options.bytes) ? undefined : options.bytes);
    const type = options.contentType ?? (json === undefined ? undefined : "application/json");
    const headers: Record<string, string> = { host: "docker", ...options.headers };
    if (type !== undefined) headers["content-type"] = type;
    if (bytes !== undefined) headers["content-length"] = String(Buffer.byteLength(bytes));
    const { secure, ...rest } = target;
    const request = (secure ? httpsRequest : httpRequest)({ ...rest, headers });
    const seconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
    const timer =
      seconds > 0
        ? clock.after(seconds * 1000, () => request.destroy(new Error(`no answer within ${seconds} seconds`)))
        : undefined;
    const abort = () => request.destroy(options.signal?.reason);
    const settle = (outcome: Outcome) => {
      timer?.cancel();
      resolve(outcome);
    };
    request.on("response", (message) => settle({ answer: { message } }));
    request.on("upgrade", (message, upgraded, head) => {
      if (head.length > 0) upgraded.unshift(head);
      settle({ answer: { message, upgraded } });
    });
    request.on("error", (cause) => settle({ cause, reused: request.reusedSocket && isClosed(cause) }));
    request.on("close", () => options.signal?.removeEventListener("abort", abort));
    if (options.signal?.aborted) abort();
    else options.signal?.addEventListener("abort", abort, { once: true });
    if (isStream(options.bytes)) writeStream(request, options.bytes);
    else request.end(bytes);
  });
}

async function writeStream(request: ReturnType<typeof httpRequest>, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (request.destroyed) return;
      if (!request.write(chunk)) await new Promise((resolve) => request.once("drain", resolve).once("close", resolve));
    }
    request.end();
  } catch (error) {
    request.destroy(error as Error);
  }
}

function isStream(bytes: EngineRequest["bytes"]): bytes is AsyncIterable<Uint8Array> {
  return bytes !== undefined && !(bytes instanceof Uint8Array);
}

function isClosed(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ECONNRESET" || code === "EPIPE";
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DriverError("Failed", `The container engine's answer to ${path} is no JSON`, { cause });
  }
}

function engineMessage(body: Buffer): string {
  const text = body.toString("utf8").trim();
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text; // an old engine or a proxy before it answers in plain text
  }
}

function queryString(query: EngineRequest["query"]): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return [`${name}=${encodeURIComponent(text)}`];
  });
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

/** The API version to speak: the engine's own, but none newer than the driver knows. */
export function chooseVersion(offered: string, url: string): string {
  const match = /^(\d+)\.(\d+)$/.exec(offered);
  if (match === null) {
    throw new DriverError("Failed", `What answers at ${url} is no container engine (no API version in its answer)`);
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const compare = ([a, b]: readonly [number, number]) => major - a || minor - b;
  if (compare(oldestApi) < 0) {
    throw new DriverError(
      "Failed",
      `The container engine at ${url} speaks API ${offered}; ${oldestApi.join(".")} is needed`,
    );
  }
  return compare(newestApi) > 0 ? newestApi.join(".") : offered;
}
