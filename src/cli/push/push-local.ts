import { type Client, ServiceError } from "../client.ts";
import type { Terminal } from "../command.ts";
import type { Machine } from "../commands/machine.ts";
import type { Destination } from "./destination.ts";
import { type PushedImage, pushImage } from "./push-image.ts";
import { PushProgress } from "./push-progress.ts";
import { createRegistryClient } from "./registry-client.ts";

export interface PushParts {
  readonly machine: Machine;
  readonly client: Client;
  readonly terminal: Terminal;
  /** Of the platform, whose registry it is. */
  readonly endpoint: string;
}

export interface PushedLocal {
  /** The repository's, without a tag. */
  readonly uri: string;
  /** Whether the repository was made. */
  readonly created: boolean;
  readonly pushed: PushedImage;
}

/**
 * Pushes an image of this machine's engine to the platform's registry; the repository is made, with these tags, when it
 * is missing.
 */
export async function pushLocal(
  { machine, client, terminal, endpoint }: PushParts,
  image: string,
  { repository, tag }: Destination,
  tags: readonly { readonly Key: string; readonly Value: string }[] = [],
): Promise<PushedLocal> {
  const { signal } = terminal;
  const exported = await machine.exportImage(image, signal);
  const { uri, created } = await ensureRepository(client, repository, tags);
  if (created) terminal.err(`The repository ${repository} was created.\n`);
  const { authorizationData } = await client.ecr("GetAuthorizationToken", {});
  const authorization = authorizationData?.[0]?.authorizationToken ?? "";
  const registry = createRegistryClient({ endpoint, repository, authorization, signal });
  const progress = new PushProgress(terminal, image, exported.sizeBytes);
  try {
    return { uri, created, pushed: await pushImage({ content: exported.content, registry, progress, signal }, tag) };
  } finally {
    progress.clear();
    registry.close();
  }
}

/** The repository's URI; it is made, as the account's settings for new ones have it, when it is missing. */
async function ensureRepository(
  client: Client,
  repositoryName: string,
  tags: readonly { readonly Key: string; readonly Value: string }[],
): Promise<{ uri: string; created: boolean }> {
  try {
    const { repositories } = await client.ecr("DescribeRepositories", { repositoryNames: [repositoryName] });
    return { uri: repositories?.[0]?.repositoryUri ?? "", created: false };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "RepositoryNotFoundException") throw error;
  }
  try {
    const input = { repositoryName, ...(tags.length > 0 && { tags }) };
    const { repository } = await client.ecr("CreateRepository", input);
    return { uri: repository?.repositoryUri ?? "", created: true };
  } catch (error) {
    // Another push was first.
    if (!(error instanceof ServiceError) || error.code !== "RepositoryAlreadyExistsException") throw error;
    return ensureRepository(client, repositoryName, tags);
  }
}
