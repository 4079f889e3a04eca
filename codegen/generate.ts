/**
 * Generates `src/generated/` from the models that the lock file pins: `node codegen/generate.ts [--check]`.
 * With `--check` nothing is written, and a difference fails. When the pinned version cannot be had (no apt, no mirror,
 * or the distribution has moved on) a check says so and passes, because nothing could be compared.
 */
import { differences, emitAll, writeFiles } from "./emit.ts";
import { type Lock, readLock, writeLock } from "./lock.ts";
import { cachedSource, downloadSource, type Source } from "./source.ts";

const check = process.argv.includes("--check");
const lock = await readLock();
const source = await pinnedSource(lock);
if (typeof source === "string") {
  console.log(`${check ? "Not checked" : "Not generated"}: ${source}`);
  process.exitCode = check ? 0 : 1;
} else {
  await generate(source);
}

async function generate(from: Source): Promise<void> {
  const { files, digests } = await emitAll(from);
  const changed = Object.entries(lock.files).filter(([path, digest]) => (digests[path] ?? digest) !== digest);
  if (changed.length > 0)
    throw new Error(`Not the models that the lock file pins: ${changed.map(([p]) => p).join(", ")}`);
  if (!check) {
    await writeFiles(files);
    await writeLock(from.version, digests);
    return;
  }
  const differing = await differences(files);
  for (const path of differing) console.error(`Differs from what the models give: ${path}`);
  if (differing.length > 0) console.error("Run `node codegen/generate.ts` and commit the result.");
  else console.log(`${files.size} generated files are what python3-botocore ${from.version} gives.`);
  process.exitCode = differing.length > 0 ? 1 : 0;
}

/** The pinned models, or the reason why they cannot be had. */
async function pinnedSource({ version }: Lock): Promise<Source | string> {
  const cached = cachedSource(version);
  if (cached !== undefined) return cached;
  try {
    const newest = await downloadSource();
    if (newest.version === version) return newest;
    return `${version} of python3-botocore is pinned, the distribution has ${newest.version} (see codegen/refresh.ts).`;
  } catch (error) {
    return `the models cannot be downloaded: ${error instanceof Error ? error.message : error}`;
  }
}
