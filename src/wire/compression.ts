import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Fault } from "#kernel/fault.ts";
import type { HttpRequest } from "./message.ts";

const gunzipAsync = promisify(gunzip);

/**
 * The request with its body decompressed when `Content-Encoding` is gzip. Throws a `RequestEntityTooLarge` as soon as
 * more than `limitBytes` come out, and a `SerializationException` for another encoding or a broken stream.
 */
export async function decompress(request: HttpRequest, limitBytes: number): Promise<HttpRequest> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  if (!isCompressed(request)) return request;
  if (encoding !== "gzip") {
    throw new Fault("SerializationException", "The Content-Encoding is not supported: only gzip is", { status: 415 });
  }
  return { ...request, body: await inflate(request.body, limitBytes) };
}

export function isCompressed(request: HttpRequest): boolean {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  return encoding !== undefined && encoding !== "" && encoding !== "identity";
}

async function inflate(body: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  try {
    return await gunzipAsync(body, { maxOutputLength: limitBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Fault("RequestEntityTooLarge", "Request body is too large.", { status: 413 });
    }
    throw new Fault("SerializationException", "The body is not valid gzip", { status: 400 });
  }
}
