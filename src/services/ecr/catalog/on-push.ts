import { uuid } from "#kernel/random.ts";
import type { RegistryCaller } from "#kernel/registry.ts";
import { type RepositoryRecord, repositoryArn, repositoryKey, templateFor } from "../model.ts";
import { fromTemplate } from "./create.ts";
import type { CatalogParts } from "./parts.ts";

/**
 * Makes the repository that is pushed to, when a template says so and the caller may create it. Undefined: it is not
 * made, and so is not there.
 */
export async function makeOnPush(
  parts: Pick<CatalogParts, "store" | "clock" | "random" | "check" | "takeOn">,
  caller: RegistryCaller,
  name: string,
): Promise<RepositoryRecord | undefined> {
  const { store, check } = parts;
  const world = { account: caller.account, region: caller.region };
  if (templateFor(store, world, name, "CREATE_ON_PUSH") === undefined) return undefined;
  const resource = repositoryArn(world, name);
  if (check({ ...caller, action: "ecr:CreateRepository", resource }) !== undefined) return undefined;
  const created = { ...world, name, id: uuid(parts.random), createdAt: parts.clock.now() };
  const repository = fromTemplate(parts, created, "CREATE_ON_PUSH");
  if (repository === undefined) return undefined;
  const absent = await store.get(repositoryKey(world, name));
  if (absent.value !== undefined) return absent.value;
  await store.commit({ unchanged: [absent], put: [{ key: absent.key, value: repository }] });
  return repository;
}
