import { type Random, seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createS3BlobStore } from "#registry/storage/s3/blob-store.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { startS3Server } from "./s3-server.ts";

const closing: (() => unknown)[] = [];

/** Closes all that was opened. For the end of a test file. */
export async function closeS3BlobStores(): Promise<void> {
  for (const close of closing) await close();
}

let stores = 0;
/** A blob store behind an S3 server of its own in this process. */
export async function makeS3BlobStore(options: { readonly maxBlobBytes?: number; readonly prefix?: string } = {}) {
  const clock = new VirtualClock(Date.UTC(2030, 0, 1));
  const random: Random = seededRandom(++stores);
  // Requests are answered out of order, so that each may come between those of another.
  const delay = async () => {
    for (let turns = Math.floor(random.float() * 3); turns > 0; turns--) await new Promise(setImmediate);
  };
  const server = await startS3Server({ clock, pageSize: 7, delay });
  closing.push(() => server.close());
  const { endpoint, bucket, credentials } = server;
  const open = () => {
    const store = createS3BlobStore({
      ...{ endpoint, bucket, credentials, region: "us-east-1", prefix: "some/prefix/" },
      ...{ clock, random, sign: signRequest, graceSeconds: 60 },
      ...options,
    });
    closing.unshift(() => store.close());
    return store;
  };
  return { clock, server, open, uploadsLeft: async () => leftOf(server.keys()) };
}

/** Uploads, parts, and data that is no blob's. */
export function leftOf(keys: readonly string[]): string[] {
  const ids = new Set(keys.flatMap((key) => /blobs\/.*\/([0-9a-f-]{36})\./.exec(key)?.[1] ?? []));
  return keys.filter((key) => !/\/blobs\//.test(key) && !ids.has(key.split("/").at(-1)!));
}
