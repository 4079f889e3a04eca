import { ConflictError } from "#kernel/fault.ts";
import type { RegistryCatalog } from "#kernel/registry.ts";

const maxRuns = 20;

/** A catalog whose calls run again when what they read has changed before they committed. */
export function withReruns(catalog: RegistryCatalog): RegistryCatalog {
  return {
    authenticate: (request) => catalog.authenticate(request),
    authorize: (...args) => rerun(() => catalog.authorize(...args)),
    findManifest: (...args) => rerun(() => catalog.findManifest(...args)),
    putManifest: (...args) => rerun(() => catalog.putManifest(...args)),
    notePull: (...args) => catalog.notePull(...args),
    finishImport: (...args) => rerun(() => catalog.finishImport(...args)),
    deleteManifest: (...args) => rerun(() => catalog.deleteManifest(...args)),
    listTags: (...args) => catalog.listTags(...args),
    listReferrers: (...args) => catalog.listReferrers(...args),
    allowsMounts: (caller) => catalog.allowsMounts(caller),
    hasBlob: (...args) => catalog.hasBlob(...args),
    linkBlob: (...args) => rerun(() => catalog.linkBlob(...args)),
    unlinkBlob: (...args) => rerun(() => catalog.unlinkBlob(...args)),
    upstreamOf: (repository) => catalog.upstreamOf(repository),
    forgetUnusedBlobs: (before) => rerun(() => catalog.forgetUnusedBlobs(before)),
    referencedDigests: () => catalog.referencedDigests(),
  };
}

async function rerun<T>(work: () => Promise<T>): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || run === maxRuns) throw error;
    }
  }
}
