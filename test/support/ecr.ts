import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Operations } from "#generated/ecr/types.ts";
import type { BlobStore } from "#kernel/blob-store.ts";
import { silentLog } from "#kernel/controller.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import type { RegistryCaller, RegistryCatalog } from "#kernel/registry.ts";
import { createSecretBox, type SecretBox } from "#kernel/secret-box.ts";
import { createBlobStore } from "#registry/index.ts";
import { createCatalog, type EcrPorts, ecrCollections } from "#services/ecr/index.ts";
import { createOperations } from "#services/ecr/operations/index.ts";
import type { EcrParts } from "#services/ecr/request/handler.ts";
import { type TestWorld, testWorld } from "./context.ts";

const dir = mkdtempSync(join(tmpdir(), "estiva-ecr-"));
after(() => rmSync(dir, { recursive: true }));

/** ECR in a test's world: its operations, its catalog, and content in a folder of the test file's own. */
export interface EcrWorld extends TestWorld {
  readonly blobs: BlobStore;
  readonly box: SecretBox;
  readonly catalog: RegistryCatalog;
  readonly ports: EcrPorts;
  /** Whoever pushes and pulls. */
  readonly caller: RegistryCaller;
  /** Calls an operation as the root user, or as somebody else. */
  ecr<N extends keyof Operations>(
    name: N,
    input: Operations[N]["input"],
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
  /** Pushes an image of one layer; resolves with its digest. */
  push(repositoryName: string, imageTag?: string, layer?: string): Promise<string>;
  /** Pushes any manifest as it is; resolves with its digest. */
  pushManifest(repositoryName: string, manifest: object, imageTag?: string): Promise<string>;
}

export interface EcrWorldOptions extends Partial<EcrParts> {
  readonly collections?: Parameters<typeof testWorld>[0]["collections"];
}

/** What ECR asks of the platform: everybody may do everything, and there is nothing else. */
export const noPorts: EcrPorts = {
  check: () => undefined,
  takeOn: () => undefined,
  scanner: {
    installed: async () => undefined,
    scan: async () => {
      throw new DriverError("NotInstalled", "Neither trivy nor grype is installed.");
    },
    close: async () => {},
  },
  readSecret: async () => {
    throw new Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  },
  probe: async () => {
    throw new DriverError("Unavailable", "The upstream registry cannot be reached.");
  },
};

export async function ecrWorld({ collections = [], ...parts }: EcrWorldOptions = {}) {
  const world = await testWorld({ collections: [...ecrCollections, ...collections], model: "ecr" });
  const random = seededRandom(7);
  const box = createSecretBox(new Uint8Array(32), random);
  const blobs = createBlobStore({ dir: mkdtempSync(join(dir, "blobs-")), clock: world.clock, random });
  const policyFault = (text: string) => (text.startsWith("{") ? undefined : "no JSON");
  const ports = { ...noPorts, ...parts };
  const operations = createOperations({ ...ports, box, policyFault, blobs });
  const store = world.store.as("registry");
  const catalog = createCatalog({ ...ports, store, clock: world.clock, random, box, log: silentLog });
  const { caller, account, region } = world.context();
  const self: EcrWorld = {
    ...world,
    ...{ blobs, box, catalog, ports, caller: { caller, account, region } },
    ecr: (name, input, overrides) => world.call(operations, name as never, input as never, overrides) as Promise<never>,
    async push(repositoryName, imageTag, layer = "a layer") {
      const config = await upload(self, repositoryName, "{}");
      return self.pushManifest(repositoryName, imageOf(config, await upload(self, repositoryName, layer)), imageTag);
    },
    async pushManifest(repositoryName, manifest, imageTag) {
      const bytes = Buffer.from(JSON.stringify(manifest));
      const input = { repositoryName, imageManifest: bytes.toString(), ...(imageTag && { imageTag }) };
      return (await self.ecr("PutImage", input)).image!.imageId!.imageDigest!;
    },
  };
  return self;
}

export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

interface TestBlob {
  readonly digest: string;
  readonly size: number;
}

/** Stores content, and lets the repository use it. */
async function upload({ blobs, catalog, caller }: EcrWorld, repositoryName: string, content: string) {
  const { digest, sizeBytes } = await blobs.put(Buffer.from(content));
  await catalog.linkBlob(await catalog.authorize(caller, "finishUpload", repositoryName), { digest, sizeBytes });
  return { digest, size: sizeBytes };
}

export const mediaTypes = {
  image: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

export function imageOf(config: TestBlob, layer: TestBlob, more: object = {}): object {
  return {
    ...{ schemaVersion: 2, mediaType: mediaTypes.image, config: { mediaType: mediaTypes.config, ...config } },
    layers: [{ mediaType: mediaTypes.layer, ...layer }],
    ...more,
  };
}

/** An index of images of one byte, as far as it knows. */
export function indexOf(...digests: readonly string[]): object {
  const manifests = digests.map((digest) => ({ mediaType: mediaTypes.image, digest, size: 1 }));
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
}
