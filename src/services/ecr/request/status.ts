import type { ImageStatusFilter } from "#generated/ecr/types.ts";
import { type ManifestRecord, statusOf } from "../model.ts";

/** Whether a list takes the image; by default lists tell of active ones. */
export function takesStatus(filter: ImageStatusFilter = "ACTIVE", manifest: Pick<ManifestRecord, "archival">): boolean {
  return filter === "ANY" || filter === statusOf(manifest);
}
