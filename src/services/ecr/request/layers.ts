import type { Entry, Store } from "#kernel/store.ts";
import { type BlobLinkRecord, type ManifestRecord, manifests, statusOf, within } from "../model.ts";

/** The images of the layer's repository that it is part of. */
export function imagesWith(
  store: Pick<Store, "view">,
  { repositoryId, digest }: BlobLinkRecord,
): readonly Entry<ManifestRecord>[] {
  return store.view(manifests).by("blob", within(repositoryId, digest));
}

/** A layer of archived images only is archived. */
export function layerStatus(store: Pick<Store, "view">, link: BlobLinkRecord): "AVAILABLE" | "ARCHIVED" {
  const images = imagesWith(store, link);
  const isArchived = images.length > 0 && images.every(({ value }) => statusOf(value) === "ARCHIVED");
  return isArchived ? "ARCHIVED" : "AVAILABLE";
}
