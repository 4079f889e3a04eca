export { startCollector } from "./collector.ts";
export { createDownloads, type Downloads } from "./protocol/downloads.ts";
export { createRegistry, type Registry, type RegistryOptions } from "./protocol/registry.ts";
export { Scanner, type ScannerOptions } from "./scan/scanner.ts";
export { type BlobStoreOptions, createBlobStore } from "./storage/blob-store.ts";
export { createS3BlobStore, type S3BlobStoreOptions } from "./storage/s3/blob-store.ts";
export { createUpstreamClient, type UpstreamClient } from "./upstream/client.ts";
