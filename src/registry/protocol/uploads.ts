import type { BlobInfo, UploadChunk } from "#kernel/blob-store.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import { type RegistryRepository, registryFault } from "#kernel/registry.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { bodyOf } from "./limits.ts";
import { checkDigest, checkName } from "./names.ts";

/** Uploads begin with POST: in chunks (end-4a), as a whole (end-4b), or by mounting a blob that is here (end-11). */
export async function answerUploads(exchange: Exchange, name: string): Promise<Answer> {
  if (exchange.method !== "POST") throw registryFault("UNSUPPORTED", "the operation is unsupported");
  const repository = await exchange.authorize("startUpload", name);
  const mount = exchange.query.get("mount");
  if (mount !== null && (await mountBlob(exchange, repository, checkDigest(mount)))) return created(name, mount);
  const digest = exchange.query.get("digest");
  if (digest !== null) return uploadWhole(exchange, repository, checkDigest(digest));
  return accepted(name, await exchange.blobs.startUpload(repository.id), 0);
}

/** Uploads go on with PATCH (end-5), PUT (end-6), GET (end-13) and DELETE. */
export async function answerUpload(exchange: Exchange, name: string, uploadId: string): Promise<Answer> {
  const { method, blobs, query } = exchange;
  switch (method) {
    case "GET":
    case "HEAD": {
      const repository = await exchange.authorize("writeUpload", name);
      const size = await ofUpload(blobs.uploadedBytes(repository.id, uploadId));
      return { ...accepted(name, uploadId, size), status: 204 };
    }
    case "PATCH": {
      const repository = await exchange.authorize("writeUpload", name);
      return inOrder(exchange, repository, uploadId, async () =>
        accepted(name, uploadId, await append(exchange, repository, uploadId)),
      );
    }
    case "PUT": {
      const repository = await exchange.authorize("finishUpload", name);
      const digest = checkDigest(query.get("digest"));
      return inOrder(exchange, repository, uploadId, async () => {
        if (hasBody(exchange)) await append(exchange, repository, uploadId);
        const blob = await ofUpload(blobs.finishUpload(repository.id, uploadId, digest));
        return link(exchange, repository, blob);
      });
    }
    case "DELETE": {
      const repository = await exchange.authorize("writeUpload", name);
      await ofUpload(blobs.cancelUpload(repository.id, uploadId));
      return { status: 204 };
    }
    default:
      throw registryFault("UNSUPPORTED", "the operation is unsupported");
  }
}

/** False when the blob is not there, or not for this caller: it is then uploaded. */
async function mountBlob(exchange: Exchange, repository: RegistryRepository, digest: string): Promise<boolean> {
  const { catalog, blobs, query, caller } = exchange;
  if (!(await catalog.allowsMounts(caller))) return false;
  const from = query.get("from");
  let source = repository;
  if (from !== null) {
    try {
      source = await exchange.authorize("readBlob", checkName(from));
    } catch (error) {
      // As the specification has it: a mount that cannot be made is an upload.
      if (error instanceof Fault) return false;
      throw error;
    }
  }
  if (!(await catalog.hasBlob(source, digest))) return false;
  const blob = await blobs.touch(digest);
  if (blob === undefined) return false;
  await catalog.linkBlob(repository, blob);
  return true;
}

async function uploadWhole(exchange: Exchange, repository: RegistryRepository, digest: string): Promise<Answer> {
  const { blobs } = exchange;
  const uploadId = await blobs.startUpload(repository.id);
  try {
    if (hasBody(exchange)) await append(exchange, repository, uploadId);
    return await link(exchange, repository, await ofUpload(blobs.finishUpload(repository.id, uploadId, digest)));
  } catch (error) {
    await forget(exchange, repository, uploadId);
    throw error;
  }
}

/** Nobody knows the upload's id: what came of it is of no use. */
async function forget({ blobs }: Exchange, repository: RegistryRepository, uploadId: string): Promise<void> {
  try {
    await blobs.cancelUpload(repository.id, uploadId);
  } catch (error) {
    // A full disk has already ended it.
    if (!(error instanceof DriverError && error.reason === "NotFound")) throw error;
  }
}

async function link({ catalog }: Exchange, repository: RegistryRepository, blob: BlobInfo): Promise<Answer> {
  await catalog.linkBlob(repository, blob);
  return created(repository.name, blob.digest);
}

async function append(exchange: Exchange, repository: RegistryRepository, uploadId: string): Promise<number> {
  const { request, blobs, limits, clock } = exchange;
  const chunk: UploadChunk = { ...chunkPlace(exchange), content: bodyOf(request, clock) };
  return limits.upload(() => ofUpload(blobs.appendUpload(repository.id, uploadId, chunk)));
}

/** `Content-Range: 0-1023`, as the specification has it, or `bytes 0-1023/*`. */
function chunkPlace({ request }: Exchange): Pick<UploadChunk, "offset" | "sizeBytes"> {
  const range = request.headers["content-range"];
  const declared = request.headers["content-length"];
  const length = declared === undefined ? {} : { sizeBytes: Number(declared) };
  if (range === undefined) return length;
  const [, first, last] = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(range) ?? [];
  if (first === undefined || last === undefined) throw registryFault("RANGE_INVALID", "invalid content range");
  const [offset, sizeBytes] = [Number(first), Number(last) - Number(first) + 1];
  if (declared !== undefined && Number(declared) !== sizeBytes) {
    throw registryFault("SIZE_INVALID", "the content range and the content length differ");
  }
  return { offset, sizeBytes };
}

function hasBody({ request }: Exchange): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || Number(length ?? 0) > 0;
}

/** Answers a chunk that is out of order with where to go on. */
async function inOrder(
  exchange: Exchange,
  repository: RegistryRepository,
  uploadId: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault && error.code === "RANGE_INVALID")) throw error;
    const size = await ofUpload(exchange.blobs.uploadedBytes(repository.id, uploadId));
    return { ...accepted(repository.name, uploadId, size), status: 416 };
  }
}

const uploadFaults: Readonly<Record<string, (message: string) => Fault>> = {
  NotFound: () => registryFault("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
  OutOfOrder: (message) => registryFault("RANGE_INVALID", message),
  Conflict: (message) => registryFault("RANGE_INVALID", message),
  DigestMismatch: () => registryFault("DIGEST_INVALID", "provided digest did not match uploaded content"),
  TooLarge: (message) => registryFault("SIZE_INVALID", message),
  Aborted: (message) => registryFault("BLOB_UPLOAD_INVALID", message),
};

/** Says in the protocol's words what the blob store has to say of an upload. */
async function ofUpload<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const fault = error instanceof DriverError ? uploadFaults[error.reason] : undefined;
    throw fault === undefined ? error : fault((error as Error).message);
  }
}

function accepted(name: string, uploadId: string, sizeBytes: number): Answer {
  return {
    status: 202,
    headers: {
      location: `/v2/${name}/blobs/uploads/${uploadId}`,
      range: `0-${Math.max(0, sizeBytes - 1)}`,
      "docker-upload-uuid": uploadId,
      "content-length": 0,
    },
  };
}

function created(name: string, digest: string): Answer {
  return {
    status: 201,
    headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest, "content-length": 0 },
  };
}
