import type { RequestContext } from "#kernel/handler.ts";
import { type RegistryRecord, registryKey } from "../model.ts";

/** Changes what is set for the registry of the caller's account and region. Gives what was set before. */
export async function changeRegistry(
  { store, account, region }: RequestContext,
  change: (old: RegistryRecord) => RegistryRecord,
): Promise<RegistryRecord> {
  const found = await store.get(registryKey({ account, region }));
  const before = found.value ?? { account, region };
  await store.commit({ unchanged: [found], put: [{ key: found.key, value: change(before) }] });
  return before;
}
