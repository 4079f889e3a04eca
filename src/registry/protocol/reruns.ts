import type { RegistryCatalog } from "#kernel/registry.ts";
import { rerun } from "#kernel/rerun.ts";

const maxRuns = 20;

/** A catalog whose calls run again when what they read has changed before they committed. */
export function withReruns(catalog: RegistryCatalog): RegistryCatalog {
  return {
    authenticate: (request) => catalog.authenticate(request),
    authorize: (...args) => rerun(() => catalog.authorize(...args), maxRuns),
    findManifest: (...args) => rerun(() => catalog.findManifest(...args), maxRuns),
    putManifest: (...args) => rerun(() => catalog.putManifest(...args), maxRuns),
    notePull: (...args) => catalog.notePull(...args),
    finishImport: (...args) => rerun(() => catalog.finishImport(...args), maxRuns),
    deleteManifest: (...args) => rerun(() => catalog.deleteManifest(...args), maxRuns),
    listTags: (...args) => catalog.listTags(...args),
    listReferrers: (...args) => catalog.listReferrers(...args),
    allowsMounts: (caller) => catalog.allowsMounts(caller),
    hasBlob: (...args) => catalog.hasBlob(...args),
    linkBlob: (...args) => rerun(() => catalog.linkBlob(...args), maxRuns),
    unlinkBlob: (...args) => rerun(() => catalog.unlinkBlob(...args), maxRuns),
    upstreamOf: (repository) => catalog.upstreamOf(repository),
    forgetUnusedBlobs: (before) => rerun(() => catalog.forgetUnusedBlobs(before), maxRuns),
    referencedDigests: () => catalog.referencedDigests(),
  };
}
