import assert from "node:assert/strict";
import { manifestTypes } from "#kernel/oci-manifest.ts";
import { sha256, type TestRegistry } from "../../support/registry.ts";

/** A manifest as it is pushed. */
export interface TestManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Uploads a blob with POST and PUT. Resolves with its digest. */
export async function pushBlob(
  registry: Pick<TestRegistry, "send">,
  repository: string,
  content: string | Uint8Array,
): Promise<string> {
  const begun = await registry.send("POST", `/v2/${repository}/blobs/uploads/`);
  assert.equal(begun.status, 202);
  const digest = sha256(content);
  const done = await registry.send("PUT", `${begun.headers.get("location")}?digest=${digest}`, { body: content });
  assert.equal(done.status, 201, await done.text());
  return digest;
}

/** A manifest of one configuration, which has two bytes. */
export function imageOf(fields: { config: string } & Record<string, unknown>): TestManifest {
  const { mediaType = manifestTypes.image, config: digest, configType, ...rest } = fields;
  const config = { digest, size: 2, mediaType: configType ?? "application/vnd.oci.image.config.v1+json" };
  return manifestOf({ schemaVersion: 2, mediaType, config, layers: [], ...rest });
}

export function indexOf(images: readonly TestManifest[], fields: Record<string, unknown> = {}): TestManifest {
  const manifests = images.map(({ digest, mediaType, bytes }) => ({ digest, mediaType, size: bytes.length }));
  return manifestOf({ schemaVersion: 2, mediaType: manifestTypes.index, manifests, ...fields });
}

function manifestOf(content: Record<string, unknown>): TestManifest {
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: sha256(bytes), mediaType: String(content.mediaType), bytes };
}

export function pushManifest(
  registry: Pick<TestRegistry, "send">,
  repository: string,
  reference: string,
  { mediaType, bytes }: TestManifest,
): Promise<Response> {
  const options = { headers: { "content-type": mediaType }, body: bytes };
  return registry.send("PUT", `/v2/${repository}/manifests/${reference}`, options);
}

/** Pushes an image of nothing but a configuration; `fields` make it another one. */
export async function pushImage(
  registry: Pick<TestRegistry, "send">,
  repository: string,
  tag: string | undefined,
  fields: Record<string, unknown> = {},
): Promise<TestManifest> {
  const image = imageOf({ config: await pushBlob(registry, repository, "{}"), ...fields });
  const response = await pushManifest(registry, repository, tag ?? image.digest, image);
  assert.equal(response.status, 201, await response.text());
  assert.equal(response.headers.get("docker-content-digest"), image.digest);
  return image;
}

/** The code of the first error of an answer in the protocol's form. */
export async function errorCode(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: [{ code: string; message: string }] };
  assert.equal(typeof errors[0].message, "string");
  return errors[0].code;
}
