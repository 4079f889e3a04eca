import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceError } from "../../client.ts";
import { type PushParts, pushLocal } from "../../push/push-local.ts";
import type { BakedFile, Build, PlannedService } from "../model.ts";
import { fingerprint, projectTag, repositoryOf, secretsContainer } from "../plan/names.ts";

export interface ImageParts extends PushParts {
  readonly project: string;
  /** Build although there is an image already. */
  readonly build: boolean;
}

/**
 * The image that a service's task definition names: its own, or one that was built here and pushed, named by its
 * digest; with files to lay over it one more, made of it.
 */
export async function imageOf(parts: ImageParts, service: PlannedService): Promise<string> {
  const built = service.build === undefined ? undefined : await buildOne(parts, service, service.build);
  const base = built ?? service.image!;
  return isChanged(service) ? change(parts, service, base) : base;
}

/** The image with a shell that writes a task's secrets. */
export async function helperImage(parts: ImageParts): Promise<string> {
  const repository = repositoryOf(parts.project, secretsContainer);
  const found = await findPushed(parts, repository, "1");
  return found ?? push(parts, await parts.machine.makeDemoImage(), repository, "1");
}

function localName(project: string, service: PlannedService): string {
  return service.image ?? `${project}-${service.name}`.toLowerCase();
}

async function buildOne(parts: ImageParts, service: PlannedService, build: Build): Promise<string> {
  const repository = repositoryOf(parts.project, service.name);
  const found = parts.build ? undefined : await findPushed(parts, repository, "latest");
  if (found !== undefined) return found;
  const name = localName(parts.project, service);
  const folder = mkdtempSync(join(tmpdir(), "estiva-compose-"));
  try {
    const file = join(folder, "Dockerfile");
    if (build.inline !== undefined) writeFileSync(file, build.inline);
    await run(parts, service, [
      ...wordsOf({ ...build, ...(build.inline !== undefined && { dockerfile: file }) }, name),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return push(parts, name, repository, "latest");
}

/** The words of `docker build`. */
function wordsOf(build: Build, name: string): string[] {
  const { dockerfile, target, network, args, labels, extraHosts } = build;
  return [
    ...["--tag", name],
    ...(dockerfile === undefined ? [] : ["--file", dockerfile]),
    ...(target === undefined ? [] : ["--target", target]),
    ...(network === undefined ? [] : ["--network", network]),
    ...args.flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
    ...labels.flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...extraHosts.flatMap((host) => ["--add-host", host]),
    ...(build.noCache ? ["--no-cache"] : []),
    ...(build.pull ? ["--pull"] : []),
    build.context,
  ];
}

/** Whether its image is one made of that which the file names. */
export function isChanged({ files, stopSignal }: PlannedService): boolean {
  return files.length > 0 || stopSignal !== undefined;
}

/** Made again only when the image, a file or the signal has changed: the tag says of what it was made. */
async function change(parts: ImageParts, service: PlannedService, base: string): Promise<string> {
  const repository = repositoryOf(parts.project, service.name);
  const { files, stopSignal } = service;
  const content = files.map((file) => [
    file.target,
    file.mode,
    file.owner,
    "path" in file ? digestOf(realpathSync(file.path)) : file.content,
  ]);
  const tag = `changed-${fingerprint([base, content, stopSignal])}`;
  const found = await findPushed(parts, repository, tag);
  if (found !== undefined) return found;
  const folder = mkdtempSync(join(tmpdir(), "estiva-compose-"));
  const name = `${parts.project}-${service.name}-changed`.toLowerCase();
  try {
    for (const [i, file] of files.entries()) copyInto(folder, file, i);
    // What was built here is known to the engine by its own name, not by that in the registry.
    const from = service.build === undefined ? base : localName(parts.project, service);
    const copies = files.map(
      ({ target, owner }, i) => `COPY ${owner ? `--chown=${owner} ` : ""}${JSON.stringify([`file-${i}`, target])}`,
    );
    const signal = stopSignal === undefined ? [] : [`STOPSIGNAL ${stopSignal}`];
    writeFileSync(join(folder, "Dockerfile"), [`FROM ${from}`, ...copies, ...signal, ""].join("\n"));
    await run(parts, service, ["--tag", name, folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return push(parts, name, repository, tag);
}

function copyInto(folder: string, file: BakedFile, i: number): void {
  const path = join(folder, `file-${i}`);
  // Links within a folder stay as they are: what they lead to is in the container.
  const options = { recursive: true, verbatimSymlinks: true, filter: (from: string) => isCopied(lstatSync(from)) };
  if ("path" in file) cpSync(realpathSync(file.path), path, options);
  else writeFileSync(path, file.content);
  if (file.mode !== undefined) chmodSync(path, Number.parseInt(file.mode, 8));
}

/** An image has no sockets and pipes. */
function isCopied(state: Stats): boolean {
  return state.isFile() || state.isDirectory() || state.isSymbolicLink();
}

/** Of a file, a link, or a folder with all that is in it. */
function digestOf(path: string): string {
  const state = lstatSync(path);
  if (state.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!state.isDirectory()) return createHash("sha256").update(readFileSync(path)).digest("hex") + (state.mode & 0o777);
  return fingerprint(
    readdirSync(path)
      .filter((name) => isCopied(lstatSync(join(path, name))))
      .sort()
      .map((name) => [name, digestOf(join(path, name))]),
  );
}

async function run(
  { machine, terminal }: ImageParts,
  { name }: PlannedService,
  words: readonly string[],
): Promise<void> {
  await machine.buildImage(words, (line) => terminal.err(`${name} build | ${line}\n`), terminal.signal);
}

async function push(parts: ImageParts, image: string, repository: string, tag: string): Promise<string> {
  const tags = [{ Key: projectTag, Value: parts.project }];
  const { uri, pushed } = await pushLocal(parts, image, { repository, tag }, tags);
  return `${uri}@${pushed.digest}`;
}

/** An image that was pushed earlier, by its digest. */
async function findPushed(
  { client }: ImageParts,
  repositoryName: string,
  imageTag: string,
): Promise<string | undefined> {
  try {
    const { imageDetails } = await client.ecr("DescribeImages", { repositoryName, imageIds: [{ imageTag }] });
    const { repositories } = await client.ecr("DescribeRepositories", { repositoryNames: [repositoryName] });
    const [digest, uri] = [imageDetails?.[0]?.imageDigest, repositories?.[0]?.repositoryUri];
    return digest && uri ? `${uri}@${digest}` : undefined;
  } catch (error) {
    const missing = ["RepositoryNotFoundException", "ImageNotFoundException"];
    if (error instanceof ServiceError && missing.includes(error.code)) return undefined;
    throw error;
  }
}
