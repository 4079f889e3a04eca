import { DriverError, Fault } from "#kernel/fault.ts";
import type { RegistryCaller, RegistryRepository, Upstream } from "#kernel/registry.ts";
import type { Entry } from "#kernel/store.ts";
import {
  type PullThroughRecord,
  type RepositoryRecord,
  readUpstream,
  repositories,
  repositoryArn,
  repositoryKey,
  repositoryOf,
  ruleFor,
  upstreamName,
} from "../model.ts";
import type { CatalogParts } from "./parts.ts";

/** Repositories that get their images from another registry (ECR User Guide, "Sync an upstream registry"). */

/** How old what upstream said of a tag may be before it is asked again. */
export const recheckMs = 86_400_000;

/**
 * Whether images may be fetched for the caller to a repository: there is a rule for it, and the caller may import, and
 * make the repository where it is not there yet.
 */
export function mayImport(
  { store, check }: Pick<CatalogParts, "store" | "check">,
  caller: RegistryCaller,
  name: string,
  isThere: boolean,
): boolean {
  const { account, region } = caller;
  if (ruleFor(store, { account, region }, name) === undefined) return false;
  const resource = repositoryArn({ account, region }, name);
  const actions = ["ecr:BatchImportUpstreamImage", ...(isThere ? [] : ["ecr:CreateRepository"])];
  return actions.every((action) => check({ ...caller, action, resource }) === undefined);
}

/**
 * A repository that the first image which comes is to make, under an id that stands for its name. That nothing is
 * upstream leaves nothing here.
 */
export function toBeMade({ account, region }: RegistryCaller, name: string): RegistryRepository {
  return { id: `${account} ${region} ${name}`, name, imports: { account, region } };
}

/** The repository as it is now, also one that was yet to be made; undefined when it is not there. */
export function currentOf(
  store: CatalogParts["store"],
  repository: RegistryRepository,
): Entry<RepositoryRecord> | undefined {
  const { imports, name } = repository;
  return (
    repositoryOf(store, repository) ??
    (imports && repository.id.includes(" ") ? store.view(repositories).get(repositoryKey(imports, name)) : undefined)
  );
}

/** Where the images of the repository come from; undefined: from nowhere. Rejects with a `DriverError`. */
export async function upstreamOf(
  parts: Pick<CatalogParts, "store" | "readSecret">,
  { imports, name }: RegistryRepository,
): Promise<Upstream | undefined> {
  const rule = imports && ruleFor(parts.store, imports, name);
  if (rule === undefined) return undefined;
  return { ...(await placeOf(parts, rule)), repositoryName: upstreamName(rule, name) };
}

/** The registry of a rule, with credentials for it. Rejects with a `DriverError` that says what is wrong with them. */
export async function placeOf(
  { readSecret }: Pick<CatalogParts, "readSecret">,
  rule: PullThroughRecord,
): Promise<Omit<Upstream, "repositoryName">> {
  const { endpoint } = readUpstream(rule.upstreamRegistryUrl)!;
  if (rule.credentialArn === undefined) return { endpoint };
  const text = await readSecret(rule, rule.credentialArn).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    throw new DriverError("Unauthorized", secretWords(error.code), { cause: error });
  });
  return { endpoint, credentials: credentialsIn(text) };
}

/** What is told of a secret that cannot be read, by the fault of Secrets Manager. */
export function secretWords(code: string): string {
  const again = "and try again.";
  if (code === "ResourceNotFoundException" || code === "InvalidRequestException") {
    const what = "The ARN of the secret specified in the pull through cache rule was not found.";
    return `${what} Update the pull through cache rule with a valid secret ARN ${again}`;
  }
  if (code === "DecryptionFailure") {
    return `The secret is accessible but is unable to be decrypted. Verify the resource permissions ${again}`;
  }
  return `The secret is unable to be accessed. Verify the resource permissions for the secret ${again}`;
}

/** `{"username": "...", "accessToken": "..."}`. The secret's text is in no message. */
function credentialsIn(text: string): NonNullable<Upstream["credentials"]> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    found = undefined;
  }
  const { username, accessToken } = (found ?? {}) as { readonly username?: unknown; readonly accessToken?: unknown };
  if (typeof username === "string" && typeof accessToken === "string") return { username, password: accessToken };
  throw new DriverError(
    "Unauthorized",
    'The secret of the pull through cache rule is not of the form {"username": "...", "accessToken": "..."}.',
  );
}
