import type { IncomingMessage } from "node:http";
import type { BlobInfo, BlobStore } from "#kernel/blob-store.ts";
import { type RegistryRepository, registryFault } from "#kernel/registry.ts";
import type { Answer, Exchange } from "./exchange.ts";

/** Blobs: HEAD and GET (end-2), DELETE (end-10). */
export async function answerBlob(exchange: Exchange, name: string, digest: string): Promise<Answer> {
  switch (exchange.method) {
    case "HEAD":
      return readBlob(exchange, await exchange.authorize("checkBlob", name), digest);
    case "GET":
      return readBlob(exchange, await exchange.authorize("readBlob", name), digest);
    case "DELETE": {
      const repository = await exchange.authorize("delete", name);
      await exchange.catalog.unlinkBlob(repository, digest);
      return { status: 202, headers: { "content-length": 0 } };
    }
    default:
      throw registryFault("UNSUPPORTED", "the operation is unsupported");
  }
}

async function readBlob(exchange: Exchange, repository: RegistryRepository, digest: string): Promise<Answer> {
  const sizeBytes = await sizeOf(exchange, repository, digest);
  if (sizeBytes === undefined) throw registryFault("BLOB_UNKNOWN", "blob unknown to registry", { digest });
  return blobAnswer(exchange.request, exchange.blobs, { digest, sizeBytes });
}

/** A blob, or the part of it that is asked for. */
export async function blobAnswer(
  { method, headers: asked }: IncomingMessage,
  blobs: BlobStore,
  { digest, sizeBytes }: BlobInfo,
): Promise<Answer> {
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=31536000, immutable",
  };
  if (asked["if-none-match"] === headers.etag) return { status: 304, headers };
  const range = readRange(asked.range, sizeBytes);
  if (range === "unsatisfiable") {
    return { status: 416, headers: { "content-range": `bytes */${sizeBytes}`, "content-length": 0 } };
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  const answer = {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-length": end - start + 1,
      ...(range && { "content-range": `bytes ${start}-${end}/${sizeBytes}` }),
    },
  };
  if (method === "HEAD") return answer;
  if (sizeBytes === 0) return { ...answer, body: "" };
  return { ...answer, body: await blobs.read(digest, { start, end }) };
}

/** The size of a blob that the repository may use; undefined when it has none such. */
async function sizeOf(
  { catalog, blobs, pullThrough }: Exchange,
  repository: RegistryRepository,
  digest: string,
): Promise<number | undefined> {
  if (await catalog.hasBlob(repository, digest)) return (await blobs.stat(digest))?.sizeBytes;
  return (await pullThrough.blob(repository, digest))?.sizeBytes;
}

/**
 * One range of bytes (RFC 9110). Undefined: all of it, which is also the right answer to what is no range of bytes and
 * to several ranges.
 */
function readRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "") {
    const length = Math.min(Number(to), sizeBytes);
    return length === 0 ? "unsatisfiable" : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const [start, end] = [Number(from), to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)];
  if (to !== "" && Number(to) < start) return undefined;
  return start >= sizeBytes ? "unsatisfiable" : { start, end };
}
