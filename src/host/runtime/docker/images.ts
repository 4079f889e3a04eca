import { DriverError } from "#kernel/fault.ts";
import type { ImageInfo, PullOptions, PullProgress, RegistryCredentials } from "../driver.ts";
import type { ImageAnswer, ProgressLine } from "./api.ts";
import type { EngineClient } from "./client.ts";
import { connectionError, hasReason, loadError, pullError } from "./errors.ts";
import { digestFor, isImageId, parseReference, registryOf } from "./image-reference.ts";
import { jsonLines } from "./json-lines.ts";
import { foldPullProgress, type PullState, summarizePull } from "./pull-progress.ts";

export interface Images {
  find(reference: string): Promise<ImageInfo | undefined>;
  pull(reference: string, options: PullOptions): Promise<ImageInfo>;
  import(archive: AsyncIterable<Uint8Array> | Uint8Array): Promise<ImageInfo>;
}

interface SharedPull {
  readonly result: Promise<ImageInfo>;
  readonly abort: AbortController;
  readonly listeners: Set<(progress: PullProgress) => void>;
  waiters: number;
}

/** The images of an engine. */
export function createImages(client: EngineClient): Images {
  const pulls = new Map<string, SharedPull>();

  const find = async (reference: string): Promise<ImageInfo | undefined> => {
    try {
      return toImageInfo(reference, await client.call("GET", `/images/${encodePath(reference)}/json`));
    } catch (error) {
      if (hasReason(error, "NotFound")) return undefined;
      throw error;
    }
  };

  const runPull = async (reference: string, options: PullOptions, shared: Omit<SharedPull, "result">) => {
    let state: PullState = new Map();
    const { repository, version } = parseReference(reference);
    const query = { fromImage: repository, tag: version, platform: options.platform };
    const headers = authHeaders(repository, options.credentials);
    try {
      const signal = shared.abort.signal;
      const lines = await client.stream("POST", "/images/create", { query, headers, signal, timeoutSeconds: 0 });
      await eachProgressLine(lines, client.address.url, pullError, (line) => {
        const next = foldPullProgress(state, line);
        if (next === state) return;
        state = next;
        for (const listener of shared.listeners) listener(summarizePull(state));
      });
    } catch (error) {
      const answered = error instanceof DriverError && error.reason !== "Unavailable";
      throw answered ? pullError(error.message) : error;
    }
    const image = await find(reference);
    if (image !== undefined) return image;
    throw new DriverError("NotFound", `No such image: ${reference}: the engine has not kept what it pulled`);
  };

  return {
    find,
    async pull(reference, options) {
      if (isImageId(reference)) throw new DriverError("NotFound", `No such image: ${reference}`);
      // Whoever has other credentials must not profit from this pull: the registry may refuse them.
      const key = JSON.stringify([reference, options.platform, options.credentials]);
      let shared = pulls.get(key);
      if (shared === undefined) {
        const begun = {
          abort: new AbortController(),
          listeners: new Set<(progress: PullProgress) => void>(),
          waiters: 0,
        };
        const result = runPull(reference, options, begun).finally(() => {
          if (pulls.get(key) === shared) pulls.delete(key);
        });
        shared = Object.assign(begun, { result });
        pulls.set(key, shared);
      }
      return await joinPull(shared, options, () => pulls.delete(key));
    },
    async import(archive) {
      let loaded: string | undefined;
      const lines = await client.stream("POST", "/images/load", {
        query: { quiet: true },
        bytes: archive,
        contentType: "application/x-tar",
        timeoutSeconds: 0,
      });
      await eachProgressLine(lines, client.address.url, loadError, (line) => {
        loaded = /Loaded image(?: ID)?: (\S+)/.exec(line.stream ?? "")?.[1] ?? loaded;
      });
      const image = loaded === undefined ? undefined : await find(loaded);
      if (image !== undefined) return image;
      throw new DriverError("InvalidSpec", "The archive holds no image that the engine could load");
    },
  };
}

function encodePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}

/** Waits for a pull that others may wait for too; the last one to give up ends it. */
async function joinPull(shared: SharedPull, options: PullOptions, forget: () => void): Promise<ImageInfo> {
  const { signal, onProgress } = options;
  shared.waiters++;
  if (onProgress) shared.listeners.add(onProgress);
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal?.reason);
    if (signal?.aborted) giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([shared.result, aborted]);
  } finally {
    if (giveUp) signal?.removeEventListener("abort", giveUp);
    if (onProgress) shared.listeners.delete(onProgress);
    shared.waiters--;
    if (shared.waiters === 0) {
      forget();
      shared.result.catch(() => {}); // nobody is left to be told
      shared.abort.abort();
    }
  }
}

/** Reads a progress stream to its end. The engine answers 200 and tells of a failure in the stream. */
async function eachProgressLine(
  lines: AsyncIterable<Uint8Array>,
  url: string,
  toError: (message: string) => DriverError,
  onLine: (line: ProgressLine) => void,
): Promise<void> {
  let failure: string | undefined;
  try {
    for await (const value of jsonLines(lines)) {
      const line = value as ProgressLine;
      failure = line.errorDetail?.message ?? line.error ?? failure;
      onLine(line);
    }
  } catch (cause) {
    if (failure === undefined) throw connectionError(cause, url);
  }
  if (failure !== undefined) throw toError(failure);
}

function authHeaders(repository: string, credentials: RegistryCredentials | undefined): Record<string, string> {
  if (credentials === undefined) return {};
  const registry = registryOf(repository);
  const serveraddress = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  const auth = { username: credentials.username, password: credentials.password, serveraddress };
  // URL-safe, but padded: that is what the engine decodes.
  const encoded = Buffer.from(JSON.stringify(auth)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return { "x-registry-auth": encoded };
}

function toImageInfo(reference: string, image: ImageAnswer): ImageInfo {
  return {
    id: image.Id,
    digest: digestFor(reference, image.RepoDigests ?? []),
    os: image.Os,
    architecture: image.Architecture,
    ...(image.Config?.StopSignal && { stopSignal: image.Config.StopSignal }),
  };
}
