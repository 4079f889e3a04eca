import type { ConditionKeys } from "./authorization.ts";
import { Fault } from "./fault.ts";
import type { Caller } from "./handler.ts";

/**
 * What the OCI registry (`registry/`) needs to know of repositories, images and rights. ECR keeps that in the store;
 * the registry keeps the bytes (`blob-store.ts`) and speaks the protocol.
 *
 * Whatever is refused is thrown as a `registryFault`; its message reaches the user of `docker push` as it stands.
 */
export interface RegistryCatalog {
  /**
   * Who asks, and for which registry (by the token, and by the host's name where that says it). Throws `UNAUTHORIZED`
   * without credentials or with wrong ones; `DENIED` when a token has expired.
   */
  authenticate(request: RegistryRequest): Promise<RegistryCaller>;
  /**
   * The repository, when the caller may do this there. Throws `DENIED`, or `NAME_UNKNOWN` when there is none. One that
   * a creation template makes on push is made here.
   */
  authorize(caller: RegistryCaller, action: RegistryAction, repositoryName: string): Promise<RegistryRepository>;

  /**
   * The manifest by its digest or tag. `askUpstream`: a pull-through cache rule wants it to be asked for there first;
   * `manifest` is then what is given when upstream does not answer.
   */
  findManifest(repository: RegistryRepository, reference: string): Promise<FoundManifest>;
  /**
   * Records a manifest and moves `tag` to it, in one commit. The same manifest again only adds the tag. In that commit
   * every blob must be linked to the repository and every child manifest be in it, else `MANIFEST_BLOB_UNKNOWN` (of one
   * that comes from upstream only the children that are needed are there). Throws `TAG_INVALID` for an immutable tag,
   * `SIZE_INVALID` or `TOOMANYREQUESTS` at a limit. Scans and replication follow from the record. The bytes are in the
   * blob store, touched.
   */
  putManifest(repository: RegistryRepository, caller: RegistryCaller, put: ManifestPut): Promise<void>;
  /** Told that all that an imported manifest names is here: a scan may follow. */
  finishImport(repository: RegistryRepository, digest: string): Promise<void>;
  /** Records that the caller has pulled the image; seldom, and never for callers whose pulls do not count. */
  notePull(repository: RegistryRepository, caller: RegistryCaller, digest: string): Promise<void>;
  /** Removes a tag, or by its digest a manifest with all its tags. Throws `MANIFEST_UNKNOWN`; `DENIED` when in use. */
  deleteManifest(repository: RegistryRepository, caller: RegistryCaller, reference: string): Promise<void>;
  /** Tags after `after` in the order of their code units, at most `limit`. */
  listTags(repository: RegistryRepository, page: TagPage): Promise<readonly string[]>;
  /** The manifests of the repository whose `subject` is this digest. */
  listReferrers(repository: RegistryRepository, digest: string): Promise<readonly RegistryManifest[]>;

  /** Whether blobs of one repository of the caller's registry may be mounted in another. */
  allowsMounts(caller: RegistryCaller): Promise<boolean>;
  /** Whether the repository may use the blob: it was uploaded to it, or mounted. */
  hasBlob(repository: RegistryRepository, digest: string): Promise<boolean>;
  /** Lets the repository use a blob, which has been touched in the store before. */
  linkBlob(
    repository: RegistryRepository,
    blob: { readonly digest: string; readonly sizeBytes: number },
  ): Promise<void>;
  /** Throws `BLOB_UNKNOWN`, and `UNSUPPORTED` when a manifest of the repository names the blob. */
  unlinkBlob(repository: RegistryRepository, digest: string): Promise<void>;
  /**
   * Where the images of the repository come from when they are not here; undefined for all but pull-through caches, and
   * for callers who may not import. Rejects with a `DriverError` when the credentials for it cannot be had.
   */
  upstreamOf(repository: RegistryRepository): Promise<Upstream | undefined>;

  /** Forgets links of blobs made before `before` (ms since the epoch) that no manifest of their repository names. */
  forgetUnusedBlobs(before: number): Promise<void>;
  /** Every digest in use in any registry: linked blobs, and manifests. May repeat itself. */
  referencedDigests(): AsyncIterable<string> | Iterable<string>;
}

export interface RegistryRequest {
  /** The header's value: `Basic QVdTOi...`. */
  readonly authorization: string | undefined;
  /** The `Host` header, with a port where there is one: `000000000000.dkr.ecr.us-east-1.localhost:4566`. */
  readonly host: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** Who asks, and whose registry is asked. */
export interface RegistryCaller {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  /** What policies are told of where the request comes from: `aws:SourceIp`, `aws:UserAgent`. */
  readonly conditionKeys?: ConditionKeys;
}

/** What a caller wants to do in a repository. `GET /v2/` is no action: whoever is authenticated may. */
export type RegistryAction =
  | "readManifest"
  | "readBlob"
  | "checkBlob"
  | "startUpload"
  | "writeUpload"
  | "finishUpload"
  | "putManifest"
  | "listTags"
  | "listReferrers"
  | "delete";

export interface RegistryRepository {
  /** Never used again: a repository of the same name that is made later has another. */
  readonly id: string;
  readonly name: string;
  /**
   * What is not here may be fetched from another registry for the caller: whose registry this one is in. The repository
   * may then be yet to be made, by `putManifest`.
   */
  readonly imports?: { readonly account: string; readonly region: string };
}

/** What is recorded of a manifest; its bytes are in the blob store under its digest. */
export interface RegistryManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** `artifactType`, or the media type of the configuration: what the referrers API tells and filters by. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The digest of the manifest that this one is about; it need not exist. */
  readonly subject?: string;
  /** Configuration and layers, in order; without those that lie elsewhere (foreign layers). */
  readonly blobs: readonly ManifestBlob[];
  /** The manifests of an index. */
  readonly manifests: readonly ManifestBlob[];
}

export interface ManifestBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
}

export interface ManifestPut {
  readonly manifest: RegistryManifest;
  readonly tag?: string;
  /** It comes from upstream: its blobs are fetched when they are asked for. */
  readonly cached?: true;
}

export interface FoundManifest {
  readonly manifest?: Pick<RegistryManifest, "digest" | "mediaType" | "sizeBytes" | "blobs">;
  readonly askUpstream?: true;
}

export interface TagPage {
  readonly after?: string;
  readonly limit: number;
}

/** A repository of another registry. */
export interface Upstream {
  /** `https://registry-1.docker.io`, without a trailing slash. */
  readonly endpoint: string;
  /** `library/busybox` */
  readonly repositoryName: string;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** The error codes of the OCI distribution specification, and their HTTP statuses. */
export const registryErrors = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  // Beside the specification's, as the registry of the distribution project has them.
  PAGINATION_NUMBER_INVALID: 400,
  RANGE_INVALID: 416,
  UNAVAILABLE: 503,
  UNKNOWN: 500,
} as const;
export type RegistryErrorCode = keyof typeof registryErrors;

/** What a client of the registry is told. `detail` is sent as it is. */
export function registryFault(code: RegistryErrorCode, message: string, detail?: unknown): Fault {
  return new Fault(code, message, { status: registryErrors[code], members: { detail } });
}
