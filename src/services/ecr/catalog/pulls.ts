import { ConflictError, DriverError } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { RegistryRepository } from "#kernel/registry.ts";
import { manifestKey, pullTimeKey, pullTimeStepMs, registrySettings } from "../model.ts";
import { currentOf } from "./imports.ts";
import type { CatalogParts } from "./parts.ts";

/** Records that an image has been pulled: at most once in a while, and not for principals that are excluded. */
export async function notePull(
  { store, clock, log }: Pick<CatalogParts, "store" | "clock" | "log">,
  repository: RegistryRepository,
  caller: Caller,
  digest: string,
): Promise<void> {
  const current = currentOf(store, repository)?.value;
  if (current === undefined) return;
  const { id } = current;
  const now = clock.now();
  const recorded = await store.get(pullTimeKey(id, digest));
  if (recorded.value !== undefined && now - recorded.value.pulledAt < pullTimeStepMs) return;
  const { pullTimeExclusions = [] } = registrySettings(store, current);
  if (pullTimeExclusions.some(({ principalArn }) => principalArn === principalOf(caller))) return;
  const image = await store.get(manifestKey(id, digest));
  if (image.value === undefined) return;
  const value = { repositoryId: id, digest, pulledAt: now };
  try {
    await store.commit({ unchanged: [recorded, image], put: [{ key: recorded.key, value }] });
  } catch (error) {
    // Another pull has just been recorded, or the image has changed: the next pull tells.
    if (error instanceof ConflictError) return;
    if (!(error instanceof DriverError)) throw error;
    // An image can be pulled also when nothing can be written.
    log.warn("That an image was pulled could not be recorded", { error: error.message });
  }
}

/** The role or user that pulls. */
function principalOf({ type, arn, session }: Caller): string {
  return type === "AssumedRole" ? (session?.issuerArn ?? arn) : arn;
}
