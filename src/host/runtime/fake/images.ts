import { createHash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";
import type { ImageInfo, PullOptions, RuntimeDriver } from "../driver.ts";
import { parseBehaviour } from "./behaviour.ts";
import type { Call } from "./driver.ts";
import type { FakeHost } from "./host.ts";

type ImageMethods = Pick<RuntimeDriver, "findImage" | "pullImage" | "importImage">;

/** Every image can be pulled, but for those whose names say otherwise. */
export function createFakeImages(host: FakeHost, call: Call): ImageMethods {
  const pulls = new Map<string, Promise<ImageInfo>>();

  const pull = async (reference: string): Promise<ImageInfo> => {
    const { pullMs, pullFailure } = parseBehaviour(reference);
    if (pullMs > 0) await new Promise<void>((resolve) => host.clock.after(pullMs, resolve));
    if (pullFailure !== undefined) {
      const words = pullFailure === "NotFound" ? "manifest unknown" : pullFailure;
      const retryable = pullFailure === "RegistryUnreachable" || pullFailure === "RateLimited";
      throw new DriverError(pullFailure, `pull of ${reference} failed: ${words}`, { retryable });
    }
    return addImage(host, reference);
  };

  const sharedPull = (reference: string): Promise<ImageInfo> => {
    const running = pulls.get(reference);
    if (running !== undefined) return running;
    const begun = pull(reference).finally(() => pulls.delete(reference));
    pulls.set(reference, begun);
    return begun;
  };

  return {
    findImage: (reference) => call("findImage", reference, () => host.images.get(reference)),
    pullImage: (reference, options) =>
      call("pullImage", reference, async () => {
        const bytesTotal = 1_000_000;
        options.onProgress?.({ layersDone: 0, layersTotal: 1, bytesDone: 0, bytesTotal });
        const image = await unlessAborted(sharedPull(reference), options);
        options.onProgress?.({ layersDone: 1, layersTotal: 1, bytesDone: bytesTotal, bytesTotal });
        return image;
      }),
    importImage: (archive) =>
      call("importImage", "", async () => {
        const chunks: Uint8Array[] = [];
        if (archive instanceof Uint8Array) chunks.push(archive);
        else for await (const chunk of archive) chunks.push(chunk);
        const reference = /"RepoTags":\["([^"]+)"/.exec(Buffer.concat(chunks).toString("latin1"))?.[1];
        if (reference !== undefined) return addImage(host, reference);
        throw new DriverError("InvalidSpec", "The archive holds no image that the engine could load");
      }),
  };
}

async function unlessAborted<T>(work: Promise<T>, { signal }: PullOptions): Promise<T> {
  if (signal === undefined) return await work;
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
  });
  work.catch(() => {}); // goes on for others, or for nobody
  return await Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", giveUp));
}

/** Equal references are equal images. Known by its reference, and by its id. */
function addImage(host: FakeHost, reference: string): ImageInfo {
  const digest = `sha256:${createHash("sha256").update(reference).digest("hex")}`;
  const image: ImageInfo = {
    id: digest,
    digest,
    os: "linux",
    architecture: host.options.architecture === "arm64" ? "arm64" : "amd64",
  };
  host.images.set(reference, image);
  host.images.set(image.id, image);
  return image;
}
