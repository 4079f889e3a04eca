import type { RegistryCatalog } from "#kernel/registry.ts";
import { authenticate, authorize } from "./catalog/access.ts";
import { forgetUnusedBlobs, hasBlob, linkBlob, referencedDigests, unlinkBlob } from "./catalog/blobs.ts";
import { finishImport, putCached } from "./catalog/cached.ts";
import { upstreamOf } from "./catalog/imports.ts";
import { deleteManifest, findManifest, listReferrers, listTags, putManifest } from "./catalog/manifests.ts";
import type { CatalogParts } from "./catalog/parts.ts";
import { notePull } from "./catalog/pulls.ts";
import { accountSetting, registrySettings } from "./model.ts";

export type { CatalogParts, EcrPorts } from "./catalog/parts.ts";

/** The repositories of ECR as the registry's protocol needs them. */
export function createCatalog(parts: CatalogParts): RegistryCatalog {
  const { store } = parts;
  return {
    authenticate: async (request) => authenticate(parts, request),
    authorize: (caller, action, name) => authorize(parts, caller, action, name),
    findManifest: async (repository, reference) => findManifest(parts, repository, reference),
    putManifest: (repository, _caller, put) =>
      put.cached ? putCached(parts, repository, put) : putManifest(parts, repository, put),
    finishImport: (repository, digest) => finishImport(parts, repository, digest),
    notePull: (repository, { caller }, digest) => notePull(parts, repository, caller, digest),
    deleteManifest: (repository, _caller, reference) => deleteManifest(store, repository, reference),
    listTags: async (repository, page) => listTags(store, repository, page),
    listReferrers: async (repository, digest) => listReferrers(store, repository, digest),
    allowsMounts: async (caller) => accountSetting(registrySettings(store, caller), "BLOB_MOUNTING") === "ENABLED",
    hasBlob: async (repository, digest) => hasBlob(store, repository, digest),
    linkBlob: (repository, blob) => linkBlob(parts, repository, blob),
    unlinkBlob: (repository, digest) => unlinkBlob(store, repository, digest),
    upstreamOf: (repository) => upstreamOf(parts, repository),
    forgetUnusedBlobs: (before) => forgetUnusedBlobs(store, before),
    referencedDigests: () => referencedDigests(store),
  };
}
