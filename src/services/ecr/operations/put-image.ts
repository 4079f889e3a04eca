import { createHash } from "node:crypto";
import { digestAlgorithm } from "#kernel/blob-store.ts";
import { Fault } from "#kernel/fault.ts";
import { parseManifest } from "#kernel/oci-manifest.ts";
import type { RegistryManifest } from "#kernel/registry.ts";
import { putManifest } from "../catalog/manifests.ts";
import { manifestKey, statusOf, tagKey } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";

/** The manifest of an image whose layers have been uploaded; the registry's protocol does the same. */
export function putImage({ blobs }: EcrParts): EcrHandler<"PutImage"> {
  return async (input, ctx) => {
    const repository = (await requireRepository(ctx, input)).value;
    const { id, name, account } = repository;
    const { imageManifest, imageTag, imageDigest } = input;
    const bytes = Buffer.from(imageManifest);
    const algorithm = digestAlgorithm(imageDigest ?? "") ?? "sha256";
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
    if (imageDigest !== undefined && imageDigest !== digest) {
      const message = `The provided digest '${imageDigest}' does not match the digest of the manifest '${digest}'`;
      throw new Fault("ImageDigestDoesNotMatchException", message);
    }
    const known = await ctx.store.get(manifestKey(id, digest));
    const tagged = imageTag === undefined ? undefined : await ctx.store.get(tagKey(id, imageTag));
    const isHere = known.value !== undefined && statusOf(known.value) === "ACTIVE";
    if (isHere && (tagged === undefined || tagged.value?.digest === digest)) {
      const which = `Image with digest '${digest}' and tag '${imageTag ?? "null"}'`;
      const where = `in the repository with name '${name}' in registry with id '${account}'`;
      throw new Fault("ImageAlreadyExistsException", `${which} already exists ${where}`);
    }
    const manifest = readManifest(bytes, digest, input.imageManifestMediaType);
    await blobs.put(bytes, algorithm);
    const put = { manifest, ...(imageTag !== undefined && { tag: imageTag }) };
    await putManifest(ctx, repository, put).catch(asEcrFault);
    const imageId = { imageDigest: digest, ...(imageTag !== undefined && { imageTag }) };
    const told = { imageId, imageManifest, imageManifestMediaType: manifest.mediaType };
    return { image: { registryId: account, repositoryName: name, ...told } };
  };
}

function readManifest(bytes: Buffer, digest: string, mediaType: string | undefined): RegistryManifest {
  try {
    return parseManifest(bytes, digest, mediaType);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const words = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'";
    throw new Fault("InvalidParameterException", error.message.includes("JSON") ? words : error.message);
  }
}

/** The refusals of the registry's protocol in ECR's codes. */
function asEcrFault(error: unknown): never {
  if (!(error instanceof Fault)) throw error;
  if (error.code === "TAG_INVALID") throw new Fault("ImageTagAlreadyExistsException", error.message);
  if (error.code !== "MANIFEST_BLOB_UNKNOWN") throw error;
  const { kind } = error.members.detail as { kind: "Layers" | "Images" };
  throw new Fault(`${kind === "Images" ? "ReferencedImages" : kind}NotFoundException`, error.message);
}
