import { type Clock, systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { EngineAddress } from "./address.ts";
import type { ImageAnswer } from "./api.ts";
import { createEngineClient } from "./client.ts";
import { connectionError, hasReason } from "./errors.ts";
import { findEngine } from "./find-engine.ts";

export interface ExportedImageStream {
  /** About, and unpacked. */
  readonly sizeBytes: number;
  /** An archive in the format of `docker save`, asked for when it is read. */
  readonly content: AsyncGenerator<Uint8Array>;
}

/**
 * Exports an image of the engine that the environment names, wherever that runs. Rejects, as reading it does, with a
 * `DriverError`: `NotFound` when it has no such image, `Unavailable` when no engine answers.
 */
export async function exportImage(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  clock: Clock = systemClock(),
): Promise<ExportedImageStream> {
  const { engine, failures } = await findEngine(env, clock);
  if (engine === undefined) {
    const reasons = failures.map(({ reason }) => reason).join("; ");
    throw new DriverError("Unavailable", `No container engine answers: ${reasons}`);
  }
  const client = createEngineClient(engine.address, clock);
  const path = reference.split("/").map(encodeURIComponent).join("/");
  try {
    const image: ImageAnswer = await client.call("GET", `/images/${path}/json`, { signal });
    return { sizeBytes: image.Size, content: archiveOf(image.Id, engine.address, signal, clock) };
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
    throw new DriverError("NotFound", `The container engine has no image ${reference}`, { cause: error });
  } finally {
    client.close();
  }
}

/** By the image's id: a name without a tag would export every tag of it. */
async function* archiveOf(
  id: string,
  address: EngineAddress,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  const client = createEngineClient(address, clock);
  try {
    const archive = await client.stream("GET", `/images/${id}/get`, { signal, timeoutSeconds: 0 });
    try {
      yield* archive;
    } catch (cause) {
      throw connectionError(cause, address.url);
    }
  } finally {
    client.close();
  }
}
