import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hex, type Random } from "#kernel/random.ts";
import { diskError } from "#registry/storage/attempt.ts";
import { linkFile, linkTree } from "./link-tree.ts";

export interface SnapshotParts {
  readonly dataDir: string;
  readonly random: Random;
  /** Writes a copy of the store into a new file, while it is used. */
  readonly copyStore: (file: string) => Promise<void>;
  /** Runs the work while no file of the metrics is written. */
  readonly stillMetrics: (work: () => Promise<void>) => Promise<void>;
  /** Resolves when the calls until now are in the files of the audit trail. */
  readonly flushTrail: () => Promise<void>;
}

/** The data folder as it was at about one moment. */
export interface Snapshot {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Snapshots are in folders of this name and an id. */
const own = "backup-";
/** What tells of the running process alone, or can be made again. */
const leftOut = /^(platform\.(json|log)|store\.db.*|backup-.*|scans)$/;
const uploads = "registry/uploads";

/**
 * Takes a snapshot of the data folder without stopping anything, in a folder in it: a copy of the store, and second
 * names of all other files. These are only ever appended to, or replaced as a whole, so that they have then, or later,
 * what was in them; each part of the platform reads them as it reads what a power cut leaves. Parts that name each
 * other's records are taken in this order:
 *
 * - what the agent runs, and the layers of images, before the store and again behind it: a task that the store has as
 *   running is not unknown to the agent, to be run once more, and no image lacks a layer;
 * - the audit trail behind the logs, which say how far of it has been delivered to them.
 *
 * Rejects with a `DriverError`; nothing is left then.
 */
export async function takeSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const folder = join(parts.dataDir, `${own}${hex(parts.random, 8)}`);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { mode: 0o700 });
    await fill(folder, parts);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw diskError(error, { full: "The disk of the data folder is full.", failed: `No backup: ${String(error)}` });
  }
}

async function fill(folder: string, { dataDir, copyStore, stillMetrics, flushTrail }: SnapshotParts): Promise<void> {
  const take = (name: string) => linkTree(join(dataDir, name), join(folder, name));
  const namedByStore = ["agent", "registry"];
  for (const name of namedByStore) await take(name);
  await copyStore(join(folder, "store.db"));
  for (const name of namedByStore) await take(name);
  await rm(join(folder, uploads), { recursive: true, force: true });
  await take("logs");
  await flushTrail();
  await take("trail");
  await stillMetrics(() => take("metrics"));
  const taken = new Set([...namedByStore, "logs", "trail", "metrics"]);
  for (const entry of await readdir(dataDir, { withFileTypes: true })) {
    if (leftOut.test(entry.name) || taken.has(entry.name)) continue;
    if (entry.isDirectory()) await take(entry.name);
    else if (entry.isFile() && !entry.name.endsWith(".new"))
      await linkFile(join(dataDir, entry.name), join(folder, entry.name));
  }
}

/** Removes what a platform left that was killed as it made a backup. */
export async function removeSnapshots(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(own)) await rm(join(dataDir, name), { recursive: true });
  }
}
