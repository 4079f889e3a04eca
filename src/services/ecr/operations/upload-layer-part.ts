import { DriverError, Fault } from "#kernel/fault.ts";
import type { RepositoryRecord } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { uploadStep } from "../request/upload.ts";

/** Parts come in their order, each where the last one ended. */
export function uploadLayerPart({ blobs }: EcrParts): EcrHandler<"UploadLayerPart"> {
  return async (input, ctx) => {
    const repository = (await requireRepository(ctx, input)).value;
    const { uploadId, partFirstByte, partLastByte, layerPartBlob } = input;
    const received = await uploadStep(repository, uploadId, blobs.uploadedBytes(repository.id, uploadId));
    if (partFirstByte !== received || partLastByte !== partFirstByte + layerPartBlob.byteLength - 1) {
      throw invalidPart(repository, uploadId, received);
    }
    const chunk = { content: only(layerPartBlob), offset: partFirstByte, sizeBytes: layerPartBlob.byteLength };
    try {
      const bytes = await uploadStep(repository, uploadId, blobs.appendUpload(repository.id, uploadId, chunk));
      return {
        registryId: repository.account,
        repositoryName: repository.name,
        uploadId,
        lastByteReceived: bytes - 1,
      };
    } catch (error) {
      // Another part has come meanwhile.
      if (!(error instanceof DriverError) || !["OutOfOrder", "Conflict"].includes(error.reason)) throw error;
      throw invalidPart(repository, uploadId, received);
    }
  };
}

async function* only(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content;
}

function invalidPart({ account, name }: RepositoryRecord, uploadId: string, receivedBytes: number): Fault {
  const lastValidByteReceived = receivedBytes - 1;
  const words = `it must begin with the byte ${receivedBytes}, and be as long as it says`;
  const message = `The layer part is not valid: ${words}`;
  const members = { registryId: account, repositoryName: name, uploadId, lastValidByteReceived };
  return new Fault("InvalidLayerPartException", message, { members });
}
