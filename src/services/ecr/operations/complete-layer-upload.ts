import { digestAlgorithm } from "#kernel/blob-store.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import { hasBlob, linkBlob } from "../catalog/blobs.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { uploadStep } from "../request/upload.ts";

export function completeLayerUpload({ blobs }: EcrParts): EcrHandler<"CompleteLayerUpload"> {
  return async (input, ctx) => {
    const repository = (await requireRepository(ctx, input)).value;
    const { id, name, account } = repository;
    const { uploadId, layerDigests } = input;
    const layerDigest = layerDigests.find((digest) => digestAlgorithm(digest) !== undefined);
    if (layerDigest === undefined) throw new Fault("InvalidLayerException", "The layer digest is not valid");
    const bytes = await uploadStep(repository, uploadId, blobs.uploadedBytes(id, uploadId));
    if (bytes === 0)
      throw new Fault("EmptyUploadException", "The specified layer upload does not contain any layer parts");
    if (hasBlob(ctx.store, repository, layerDigest)) {
      await uploadStep(repository, uploadId, blobs.cancelUpload(id, uploadId));
      const where = `in the repository with name '${name}' in the registry with id '${account}'`;
      throw new Fault("LayerAlreadyExistsException", `The layer with digest '${layerDigest}' already exists ${where}`);
    }
    try {
      await linkBlob(
        ctx,
        repository,
        await uploadStep(repository, uploadId, blobs.finishUpload(id, uploadId, layerDigest)),
      );
    } catch (error) {
      if (!(error instanceof DriverError) || error.reason !== "DigestMismatch") throw error;
      throw new Fault("InvalidLayerException", "The layer digest calculated from the uploaded parts does not match");
    }
    return { registryId: account, repositoryName: name, uploadId, layerDigest };
  };
}
