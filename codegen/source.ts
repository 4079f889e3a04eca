import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import type { SourceModel } from "./model.ts";

const run = promisify(execFile);
const packageName = "python3-botocore";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const cacheFolder = join(import.meta.dirname, "../.estiva/models");

/** The models of one package version, unpacked. */
export interface Source {
  readonly version: string;
  /** Reads one service. `digests` has the SHA-256 of every file read, by its path below botocore's data folder. */
  read(service: string): Promise<ServiceSource>;
}
export interface ServiceSource {
  readonly model: SourceModel;
  readonly digests: Readonly<Record<string, string>>;
}

/** The cached models of a version, or undefined. */
export function cachedSource(version: string): Source | undefined {
  const folder = join(cacheFolder, version);
  return existsSync(folder)
    ? sourceAt(version, join(folder, "usr/lib/python3/dist-packages/botocore/data"))
    : undefined;
}

/**
 * Downloads Debian unstable's package from the mirror that this machine's apt uses and unpacks it to the cache; nothing
 * is installed and apt's own state is left alone. Rejects when there is no apt or no mirror can be reached.
 */
export async function downloadSource(): Promise<Source> {
  const work = await mkdtemp(join(tmpdir(), "estiva-models-"));
  try {
    const options = await aptOptions(work);
    await run("apt-get", [...options, "update"]);
    await run("apt-get", [...options, "download", packageName], { cwd: work });
    const file = (await readdir(work)).find((name) => name.endsWith(".deb"));
    if (file === undefined) throw new Error(`apt-get downloaded no ${packageName}`);
    const { stdout } = await run("dpkg-deb", ["--field", join(work, file), "Version"]);
    const version = stdout.trim();
    const cached = cachedSource(version);
    if (cached !== undefined) return cached;
    await mkdir(cacheFolder, { recursive: true });
    const unpacking = await mkdtemp(join(cacheFolder, "unpacking-"));
    await run("dpkg-deb", ["--extract", join(work, file), unpacking]);
    await rename(unpacking, join(cacheFolder, version));
    return cachedSource(version)!;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Options that give apt a sources list, lists and a cache of its own below `work`. */
async function aptOptions(work: string): Promise<string[]> {
  const list = join(work, "sources.list");
  await writeFile(list, `deb [signed-by=${keyring}] ${await debianMirror()} sid main\n`);
  const lists = join(work, "lists");
  const cache = join(work, "cache");
  await mkdir(join(lists, "partial"), { recursive: true });
  await mkdir(join(cache, "archives/partial"), { recursive: true });
  const settings = {
    "Dir::Etc::sourcelist": list,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": lists,
    "Dir::Cache": cache,
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
  };
  return ["--quiet", ...Object.entries(settings).flatMap(([name, value]) => ["--option", `${name}=${value}`])];
}

/** The URI of the mirror for `debian` in apt's own configuration. */
async function debianMirror(): Promise<string> {
  const { stdout } = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const mirror = stdout.split("\n").find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error("apt's configuration names no Debian mirror");
  return mirror;
}

function sourceAt(version: string, data: string): Source {
  return {
    version,
    async read(service) {
      const apiVersion = (await readdir(join(data, service))).sort().at(-1)!;
      const digests: Record<string, string> = {};
      const readJson = async <T>(name: string): Promise<T | undefined> => {
        const path = `${service}/${apiVersion}/${name}`;
        const bytes = await readPlainOrGzip(join(data, path));
        if (bytes === undefined) return undefined;
        digests[path] = createHash("sha256").update(bytes).digest("hex");
        return JSON.parse(bytes.toString("utf8")) as T;
      };
      const model = await readJson<SourceModel>("service-2.json");
      if (model === undefined) throw new Error(`${packageName} has no model of ${service}`);
      const extras = await readJson<{ merge?: object }>("service-2.sdk-extras.json");
      return { model: extras?.merge === undefined ? model : (merge(model, extras.merge) as SourceModel), digests };
    },
  };
}

async function readPlainOrGzip(path: string): Promise<Buffer | undefined> {
  if (existsSync(path)) return readFile(path);
  return existsSync(`${path}.gz`) ? gunzipSync(await readFile(`${path}.gz`)) : undefined;
}

/** botocore lays `*.sdk-extras.json` over the model the same way: objects are joined, all else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const joined = Object.entries(over).map(([name, value]) => [name, merge(base[name], value)]);
  return { ...base, ...Object.fromEntries(joined) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
