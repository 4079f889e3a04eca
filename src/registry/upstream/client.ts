import { digestAlgorithm } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { HttpStream, OpenHttp } from "#kernel/http-sender.ts";
import { manifestTypes, maxManifestBytes } from "#kernel/oci-manifest.ts";
import type { Upstream } from "#kernel/registry.ts";
import { wholeContent } from "#kernel/whole-content.ts";
import { readChallenge } from "./challenge.ts";

/**
 * Reads from other registries: Docker Hub, quay.io, ghcr.io, public.ecr.aws, private ones. Failures are `DriverError`s:
 * `NotFound`, `Unauthorized`, `TooManyRequests`, `TooLarge`, or `Unavailable` (also for what makes no sense, and when
 * the signal aborts), `InvalidSpec` when it leads to where nothing may be sent.
 */
export interface UpstreamClient {
  /** The manifest that a tag or digest names now. */
  manifest(upstream: Upstream, reference: string, signal?: AbortSignal): Promise<UpstreamManifest>;
  /** The content of a blob, as it comes. Its digest is not checked here. */
  blob(upstream: Upstream, digest: string, signal?: AbortSignal): Promise<UpstreamBlob>;
  /** Whether the registry answers, and takes the credentials where there are some; rejects when it does not. */
  check(place: Omit<Upstream, "repositoryName">): Promise<void>;
}

export interface UpstreamManifest {
  readonly bytes: Buffer;
  readonly mediaType: string | undefined;
}

export interface UpstreamBlob {
  readonly content: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number | undefined;
}

export interface UpstreamClientOptions {
  readonly clock: Clock;
  readonly open: OpenHttp;
}

const accept = Object.values(manifestTypes).join(", ");
/** When a token's life is not told: as the specification of the token flow has it. */
const defaultTokenSeconds = 60;
const maxTokens = 1000;
const maxTokenBytes = 64 * 1024;
/** As Docker's client and `fetch` have it, give or take. */
const mostRedirects = 10;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const requests = new Requests(options);
  return {
    async manifest(upstream, reference, signal) {
      const response = await requests.get(upstream, `manifests/${reference}`, accept, signal);
      const mediaType = response.headers["content-type"];
      return { bytes: await wholeBody(requests.pieces(response), maxManifestBytes), mediaType };
    },
    async blob(upstream, digest, signal) {
      if (digestAlgorithm(digest) === undefined) throw new DriverError("NotFound", "There is no such blob.");
      const response = await requests.get(upstream, `blobs/${digest}`, "*/*", signal);
      const length = response.headers["content-length"];
      return { content: requests.pieces(response), sizeBytes: length === undefined ? undefined : Number(length) };
    },
    check: (place) => requests.check(place),
  };
}

interface Token {
  readonly header: string;
  readonly validUntil: number;
}

/** A request to a registry, to where it redirects, or to its token service. */
interface Asked {
  readonly url: string;
  readonly accepted: string;
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Who gave the URL; absent: the configuration, which may name a registry in a private network. */
  readonly from?: HttpStream;
}

/** Until a registry begins to answer. */
const answerMs = 30_000;
/** Between two pieces of an answer. */
const idleMs = 60_000;

class Requests {
  readonly #clock: Clock;
  readonly #open: OpenHttp;
  readonly #tokens = new Map<string, Token>();

  constructor({ clock, open }: UpstreamClientOptions) {
    this.#clock = clock;
    this.#open = open;
  }

  async get(upstream: Upstream, path: string, accepted: string, signal?: AbortSignal): Promise<HttpStream> {
    const url = `${upstream.endpoint}/v2/${upstream.repositoryName}/${path}`;
    const key = JSON.stringify([upstream.endpoint, upstream.repositoryName, upstream.credentials ?? null]);
    let response = await this.#follow({ url, accepted, authorization: this.#tokenOf(key), signal });
    if (response.status === 401) {
      const token = await this.#authorize(upstream, response, `repository:${upstream.repositoryName}:pull`);
      this.#keep(key, token);
      response = await this.#follow({ url, accepted, authorization: token.header, signal });
    }
    return succeeded(response, new URL(url).host);
  }

  async check(place: Omit<Upstream, "repositoryName">): Promise<void> {
    const asked = { url: `${place.endpoint}/v2/`, accepted: "*/*" };
    const { host } = new URL(place.endpoint);
    const response = await this.#follow(asked);
    if (response.status !== 401) return succeeded(response, host).close();
    const token = await this.#authorize(place, response, undefined);
    // A token service has looked at the credentials; a registry that takes them itself has not yet.
    if (!token.header.startsWith("Basic ")) return;
    succeeded(await this.#follow({ ...asked, authorization: token.header }), host).close();
  }

  /** The pieces of a body; fails when none comes for a while. */
  async *pieces(response: HttpStream): AsyncGenerator<Uint8Array> {
    const pieces = response.content[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#within(idleMs, pieces.next(), () => response.close());
        if (done) return;
        yield value;
      }
    } finally {
      response.close();
    }
  }

  /**
   * The answer at the end of the redirects to where blobs lie. Authorization stays at the origin that it is for, and
   * no other asks for it; only who is in a private network leads to one.
   */
  async #follow(asked: Asked): Promise<HttpStream> {
    let { url, authorization, from } = asked;
    for (let count = 0; count <= mostRedirects; count++) {
      const response = await this.#ask({ ...asked, url, authorization, ...(from !== undefined && { from }) });
      const { location } = response.headers;
      if (response.status === 401 && !isAtOrigin(url, asked.url)) return succeeded(response, new URL(url).host);
      if (!redirects.has(response.status) || location === undefined) return response;
      response.close();
      if (!URL.canParse(location, url)) break;
      const next = new URL(location, url);
      if (next.protocol !== "https:" && next.protocol !== "http:") break;
      if (!isAtOrigin(next.href, asked.url)) authorization = undefined;
      [url, from] = [next.href, response];
    }
    throw new DriverError("Unavailable", "The upstream registry redirects to nowhere.", { retryable: true });
  }

  async #ask({ url, accepted, authorization, signal, from }: Asked): Promise<HttpStream> {
    const abort = new AbortController();
    const until = signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal]);
    const headers = { accept: accepted, ...(authorization !== undefined && { authorization }) };
    const opening = { signal: until, onlyOutside: from !== undefined && !from.isInside };
    const answer = this.#open({ method: "GET", url, headers }, opening);
    return this.#within(answerMs, answer, () => abort.abort());
  }

  async #within<T>(ms: number, work: Promise<T>, cancel: () => void): Promise<T> {
    const timeout = Promise.withResolvers<never>();
    const timer = this.#clock.after(ms, () => {
      timeout.reject(new DriverError("Unavailable", "The upstream registry does not answer.", { retryable: true }));
      cancel();
    });
    try {
      return await Promise.race([work, timeout.promise]);
    } catch (cause) {
      if (cause instanceof DriverError) throw cause;
      throw new DriverError("Unavailable", "The upstream registry cannot be reached.", { retryable: true, cause });
    } finally {
      timer.cancel();
    }
  }

  async #authorize(
    upstream: Omit<Upstream, "repositoryName">,
    refusal: HttpStream,
    scope: string | undefined,
  ): Promise<Token> {
    refusal.close();
    const challenge = readChallenge(refusal.headers["www-authenticate"]);
    const basic = upstream.credentials && basicHeader(upstream.credentials);
    if (challenge?.scheme === "basic" && basic !== undefined) {
      return { header: basic, validUntil: Number.POSITIVE_INFINITY };
    }
    if (challenge?.scheme !== "bearer" || !URL.canParse(challenge.realm)) throw statusError(upstream.endpoint, 401);
    const url = new URL(challenge.realm);
    // Whoever speaks HTTPS does not send credentials on in clear.
    if (url.protocol !== "https:" && !upstream.endpoint.startsWith("http:")) throw statusError(upstream.endpoint, 401);
    if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
    const wanted = challenge.scope ?? scope;
    if (wanted !== undefined) url.searchParams.set("scope", wanted);
    const asked = { url: url.href, accepted: "application/json", authorization: basic, from: refusal };
    const response = succeeded(await this.#follow(asked), url.host);
    return readToken(await wholeBody(this.pieces(response), maxTokenBytes), this.#clock.now());
  }

  #tokenOf(key: string): string | undefined {
    const token = this.#tokens.get(key);
    return token !== undefined && token.validUntil > this.#clock.now() ? token.header : undefined;
  }

  #keep(key: string, token: Token): void {
    this.#tokens.delete(key);
    this.#tokens.set(key, token);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= maxTokens) return;
      this.#tokens.delete(oldest);
    }
  }
}

function readToken(bytes: Buffer, now: number): Token {
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null = null;
  try {
    answer = JSON.parse(bytes.toString("utf8"));
  } catch {
    // Not JSON: no token, as below.
  }
  const token = answer?.token ?? answer?.access_token;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new DriverError("Unauthorized", "The upstream registry's token service gave no token.");
  }
  const seconds = typeof answer?.expires_in === "number" ? answer.expires_in : defaultTokenSeconds;
  // Some seconds before its end, so that it does not expire on its way.
  return { header: `Bearer ${token}`, validUntil: now + Math.max(0, seconds - 10) * 1000 };
}

function wholeBody(content: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Buffer> {
  return wholeContent(content, mostBytes, () => {
    return new DriverError("TooLarge", "The upstream registry's answer is too large.");
  });
}

function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** ECR's words. */
const refusedWords =
  "The authentication to the upstream registry failed. Verify that the credentials provided in the pull through " +
  "cache rule are correct, and try again.";

function isAtOrigin(url: string, other: string): boolean {
  return new URL(url).origin === new URL(other).origin;
}

function succeeded(response: HttpStream, host: string): HttpStream {
  if (response.status >= 200 && response.status < 300) return response;
  response.close();
  throw statusError(host, response.status);
}

function statusError(host: string, status: number): DriverError {
  if (status === 404) return new DriverError("NotFound", `${host} has no such image.`);
  if (status === 401 || status === 403) return new DriverError("Unauthorized", refusedWords);
  if (status === 429) {
    return new DriverError("TooManyRequests", `${host} has been asked too often.`, { retryable: true });
  }
  return new DriverError("Unavailable", `${host} answers with status ${status}.`, { retryable: true });
}
