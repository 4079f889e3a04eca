import { createHash } from "node:crypto";
import { digestAlgorithm } from "#kernel/blob-store.ts";
import { maxManifestBytes, parseManifest } from "#kernel/oci-manifest.ts";
import { type RegistryManifest, type RegistryRepository, registryFault } from "#kernel/registry.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { bodyOf } from "./limits.ts";

/** Manifests: HEAD and GET (end-3), PUT (end-7), DELETE (end-9). */
export async function answerManifest(exchange: Exchange, name: string, reference: string): Promise<Answer> {
  switch (exchange.method) {
    case "HEAD":
    case "GET":
      return readManifest(exchange, await exchange.authorize("readManifest", name), reference);
    case "PUT":
      return writeManifest(exchange, await exchange.authorize("putManifest", name), reference);
    case "DELETE": {
      const repository = await exchange.authorize("delete", name);
      await exchange.catalog.deleteManifest(repository, exchange.caller, reference);
      return { status: 202, headers: { "content-length": 0 } };
    }
    default:
      throw registryFault("UNSUPPORTED", "the operation is unsupported");
  }
}

async function readManifest(exchange: Exchange, repository: RegistryRepository, reference: string): Promise<Answer> {
  const { caller, catalog, blobs, pullThrough, request, method } = exchange;
  const manifest = await pullThrough.manifest(repository, caller, reference);
  if (manifest === undefined) throw registryFault("MANIFEST_UNKNOWN", "Requested image not found", { reference });
  const headers = {
    "content-type": manifest.mediaType,
    "content-length": manifest.sizeBytes,
    "docker-content-digest": manifest.digest,
    etag: `"${manifest.digest}"`,
  };
  if (request.headers["if-none-match"] === headers.etag) {
    return { status: 304, headers: { etag: headers.etag, "docker-content-digest": manifest.digest } };
  }
  if (method === "HEAD") return { status: 200, headers };
  await catalog.notePull(repository, caller, manifest.digest);
  return { status: 200, headers, body: await blobs.readWhole(manifest.digest, maxManifestBytes) };
}

async function writeManifest(exchange: Exchange, repository: RegistryRepository, reference: string): Promise<Answer> {
  const { request, limits, clock } = exchange;
  const tooLarge = () => registryFault("MANIFEST_INVALID", `a manifest may have at most ${maxManifestBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > maxManifestBytes) throw tooLarge();
  const limit = { bytes: maxManifestBytes, fault: tooLarge };
  const manifest = await limits.whole(bodyOf(request, clock), limit, async (bytes) => {
    const algorithm = digestAlgorithm(reference) ?? "sha256";
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
    const tag = digestAlgorithm(reference) === undefined ? reference : undefined;
    if (tag === undefined && digest !== reference) {
      throw registryFault("DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    const contentType = request.headers["content-type"];
    const parsed = parseManifest(bytes, digest, contentType);
    await exchange.blobs.put(bytes, algorithm);
    await exchange.catalog.putManifest(repository, exchange.caller, {
      manifest: parsed,
      ...(tag !== undefined && { tag }),
    });
    return parsed;
  });
  return created(repository.name, reference, manifest);
}

function created(name: string, reference: string, { digest, subject }: RegistryManifest): Answer {
  return {
    status: 201,
    headers: {
      location: `/v2/${name}/manifests/${reference}`,
      "docker-content-digest": digest,
      ...(subject !== undefined && { "oci-subject": subject }),
      "content-length": 0,
    },
  };
}
