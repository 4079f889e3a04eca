import { join } from "node:path";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import type { RequestSigner } from "#kernel/request-signer.ts";
import { createBlobStore, createS3BlobStore, type S3BlobStoreOptions } from "#registry/index.ts";

export interface ImageStorageParts {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly sign: RequestSigner;
}

/** Where the layers of images lie. */
export interface ImageStorage {
  readonly blobs: BlobStore;
  close(): void;
}

type S3Settings = Pick<S3BlobStoreOptions, "endpoint" | "bucket" | "region" | "credentials" | "prefix">;

/**
 * The disk of the data folder, or where the environment names a bucket, S3 or what speaks as it does. Throws a
 * `DriverError` for settings that are incomplete; whether the bucket can be used is looked at without waiting, since it
 * may come back, and told to the log.
 */
export function openImageStorage({ dataDir, env, clock, random, log, sign }: ImageStorageParts): ImageStorage {
  const settings = s3Settings(env);
  if (settings === undefined) {
    return { blobs: createBlobStore({ dir: join(dataDir, "registry"), clock, random }), close: () => {} };
  }
  const blobs = createS3BlobStore({ ...settings, clock, random, sign });
  blobs.check().catch((error: unknown) => {
    log.error("Images cannot be pushed or pulled now", { bucket: settings.bucket, error });
  });
  return { blobs, close: () => blobs.close() };
}

const prefix = "ESTIVA_REGISTRY_S3_";

/** Undefined without a bucket. */
export function s3Settings(env: NodeJS.ProcessEnv): S3Settings | undefined {
  const given = (name: string) => env[`${prefix}${name}`] || undefined;
  const bucket = given("BUCKET");
  const names = ["ENDPOINT", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PREFIX"] as const;
  if (bucket === undefined) {
    const lost = names.find((name) => given(name) !== undefined);
    if (lost === undefined) return undefined;
    throw invalid(`${prefix}${lost} is set without ${prefix}BUCKET, the bucket that holds the images.`);
  }
  const [accessKeyId, secretAccessKey] = [given("ACCESS_KEY_ID"), given("SECRET_ACCESS_KEY")];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw invalid(`With ${prefix}BUCKET, ${prefix}ACCESS_KEY_ID and ${prefix}SECRET_ACCESS_KEY are needed.`);
  }
  const region = given("REGION") ?? "us-east-1";
  const sessionToken = given("SESSION_TOKEN");
  const folder = (given("PREFIX") ?? "").replace(/^\/+|\/+$/g, "");
  return {
    ...{ bucket, region, endpoint: endpointOf(given("ENDPOINT") ?? `https://s3.${region}.amazonaws.com`) },
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    prefix: folder === "" ? "" : `${folder}/`,
  };
}

function endpointOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "") return url.origin;
  throw invalid(`${prefix}ENDPOINT takes an address such as https://s3.example.com:9000, not ${text}.`);
}

function invalid(message: string): DriverError {
  return new DriverError("InvalidSpec", message);
}
