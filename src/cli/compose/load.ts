import { basename, dirname, resolve } from "node:path";
import { isObject } from "#kernel/json-object.ts";
import { CommandError, exitCodes } from "../command.ts";
import { parseDotenv } from "./file/dotenv.ts";
import { InterpolationError, interpolateTree } from "./file/interpolate.ts";
import { mergeFiles, mergeServices, stripMarks } from "./file/merge.ts";
import { parseYaml } from "./file/yaml.ts";
import type { Surroundings } from "./model.ts";
import { Report } from "./report.ts";
import { isRemoteContext } from "./service/build.ts";
import type { Tree } from "./service/source.ts";

/** Looked for in this order, in the folder and those above it. */
const standardFiles = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const overrideFiles = ["compose.override.yaml", "compose.override.yml"].concat(
  ...[["docker-compose.override.yaml", "docker-compose.override.yml"]],
);

export interface LoadOptions {
  /** Files as given with -f; empty: the standard ones are looked for. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly projectDirectory?: string;
  readonly name?: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  read(path: string): string | undefined;
  kindOf(path: string): "file" | "folder" | "other" | undefined;
}

export interface Loaded {
  /** Merged, and with variables put in. */
  readonly tree: Tree;
  readonly name: string;
  readonly surroundings: Surroundings;
  /** Active by COMPOSE_PROFILES. */
  readonly profiles: readonly string[];
  readonly report: Report;
}

/** Reads the files of a project into one. Throws a `CommandError` when there is none, or one is no YAML. */
export function loadFiles(options: LoadOptions): Loaded {
  const report = new Report();
  const files = findFiles(options);
  const directory = resolve(options.workingDirectory, options.projectDirectory ?? dirname(files[0]!));
  const lookup = variablesOf(options, directory);
  const surroundings = { lookup, read: options.read, kindOf: options.kindOf, directory };
  const trees = files.map((path) => parseFile(path, options.read(path), { surroundings, report }));
  const tree = trees.slice(1).reduce<unknown>(mergeFiles, stripMarks(trees[0])) as Tree;
  const merged = isObject(tree) ? tree : {};
  const profiles = (lookup("COMPOSE_PROFILES") ?? "").split(",").filter((profile) => profile !== "");
  return { tree: merged, name: projectName(options, lookup, merged, directory), surroundings, profiles, report };
}

function findFiles({ files, workingDirectory, kindOf, env }: LoadOptions): string[] {
  const named = files.length > 0 ? files : (env.COMPOSE_FILE?.split(env.COMPOSE_PATH_SEPARATOR ?? ":") ?? []);
  if (named.length > 0) {
    const paths = named.map((path) => (path === "-" ? "/dev/stdin" : resolve(workingDirectory, path)));
    const missing = paths.find((path) => kindOf(path) === undefined);
    if (missing !== undefined) throw new CommandError(`${missing} does not exist.`, exitCodes.usage);
    return paths;
  }
  for (let folder = workingDirectory; ; folder = dirname(folder)) {
    const in_ = (names: readonly string[]) =>
      names.map((name) => resolve(folder, name)).find((path) => kindOf(path) === "file");
    const found = in_(standardFiles);
    if (found !== undefined) return [found, in_(overrideFiles)].filter((path) => path !== undefined);
    if (dirname(folder) === folder) break;
  }
  const words = `There is no ${standardFiles[0]} in ${workingDirectory} or above it.`;
  throw new CommandError(`${words} Name one with: estiva compose -f FILE`, exitCodes.usage);
}

/** The environment first, then `--env-file`, or the project's `.env`. */
function variablesOf(
  { env, envFiles, workingDirectory, read }: LoadOptions,
  directory: string,
): Surroundings["lookup"] {
  const paths =
    envFiles.length > 0 ? envFiles.map((path) => resolve(workingDirectory, path)) : [resolve(directory, ".env")];
  const variables = new Map<string, string>();
  for (const path of paths) {
    const text = read(path);
    if (text === undefined && envFiles.length > 0) throw new CommandError(`${path} cannot be read.`, exitCodes.usage);
    try {
      for (const [name, value] of parseDotenv(text ?? "", (name) => env[name] ?? variables.get(name)))
        variables.set(name, value);
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      throw new CommandError(`${path}: ${error.message}.`, exitCodes.usage);
    }
  }
  return (name) => env[name] ?? variables.get(name);
}

interface FileContext {
  readonly surroundings: Surroundings;
  readonly report: Report;
}

function parseFile(path: string, text: string | undefined, { surroundings, report }: FileContext): unknown {
  if (text === undefined) throw new CommandError(`${path} cannot be read.`, exitCodes.usage);
  const parsed = parseYaml(text);
  if (typeof parsed === "string") throw new CommandError(`${path} is no YAML: ${parsed}`, exitCodes.usage);
  const tree = interpolateTree(parsed.tree, surroundings.lookup, {
    missing: (name, at) => report.note(at, `the variable ${name} is not set and counts as empty.`),
    failed: (message, at) => report.problem(at, `${message}.`),
  });
  return withExtends(tree, path, { surroundings, report });
}

/** Services with what they `extends` under them, which may itself extend another. */
function withExtends(tree: unknown, path: string, context: FileContext): unknown {
  if (!isObject(tree) || !isObject(tree.services)) return tree;
  const all = tree.services;
  const services = Object.keys(all).map((name) => [name, extended(name, all, path, context, [])] as const);
  return { ...tree, services: Object.fromEntries(services) };
}

function extended(name: string, all: Tree, path: string, context: FileContext, seen: readonly string[]): unknown {
  const service = all[name];
  if (!isObject(service) || service.extends === undefined) return service;
  const { extends: from, ...own } = service;
  const [file, base] = isObject(from)
    ? [from.file as string | undefined, String(from.service)]
    : [undefined, String(from)];
  const at = `services.${name}.extends`;
  const otherPath = file === undefined ? path : resolve(dirname(path), file);
  const id = `${otherPath}#${base}`;
  if (seen.includes(id)) return context.report.problem(at, "goes in a circle.");
  const text = file === undefined ? undefined : context.surroundings.read(otherPath);
  if (file !== undefined && text === undefined) return context.report.problem(at, `${file} cannot be read.`);
  const other = file === undefined ? all : servicesOf(text!, context, at);
  if (other[base] === undefined) return context.report.problem(at, `there is no service ${base}.`);
  const under = extended(base, other, otherPath, context, [...seen, id]);
  const moved = file === undefined ? under : rebased(under, dirname(otherPath));
  return mergeServices(stripMarks(moved), own);
}

function servicesOf(text: string, { surroundings, report }: FileContext, at: string): Tree {
  const parsed = parseYaml(text);
  if (typeof parsed === "string") report.problem(at, `the file is no YAML: ${parsed}`);
  const on = { missing: () => {}, failed: (message: string) => report.problem(at, `${message}.`) };
  const tree = typeof parsed === "string" ? {} : interpolateTree(parsed.tree, surroundings.lookup, on);
  return isObject(tree) && isObject(tree.services) ? tree.services : {};
}

/** Paths of another file are relative to that file. */
function rebased(service: unknown, folder: string): unknown {
  if (!isObject(service)) return service;
  const path = (value: unknown) =>
    typeof value === "string" && /^\.{1,2}(\/|$)/.test(value) ? resolve(folder, value) : value;
  const context = (value: unknown) =>
    typeof value === "string" && !isRemoteContext(value) ? resolve(folder, value) : value;
  const envFile = (value: unknown) => (typeof value === "string" ? resolve(folder, value) : value);
  const { build, env_file, volumes, ...rest } = service;
  return {
    ...rest,
    ...(build !== undefined && {
      build: isObject(build) ? { ...build, context: context(build.context ?? ".") } : context(build),
    }),
    ...(env_file !== undefined && {
      env_file: [env_file].flat().map((one) => (isObject(one) ? { ...one, path: envFile(one.path) } : envFile(one))),
    }),
    ...(Array.isArray(volumes) && {
      volumes: volumes.map((one) => {
        if (isObject(one)) return { ...one, source: path(one.source) };
        const [source, ...others] = String(one).split(":");
        return [others.length > 0 ? path(source) : source, ...others].join(":");
      }),
    }),
  };
}

function projectName(options: LoadOptions, lookup: Surroundings["lookup"], tree: Tree, directory: string): string {
  const given = options.name ?? lookup("COMPOSE_PROJECT_NAME") ?? (tree.name as string | undefined);
  const name =
    given ??
    basename(directory)
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "")
      .replace(/^[_-]+/, "");
  if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) return name;
  const words = "letters in lower case, digits, _ and -, beginning with a letter or a digit, 63 at most";
  throw new CommandError(
    `"${name}" is no name of a project: ${words}. Name it with: estiva compose -p NAME`,
    exitCodes.usage,
  );
}
