import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DriverError } from "#kernel/fault.ts";

/** Who runs the platform, and whose something is: what the file system compares. */
export interface Access {
  readonly path: string;
  readonly owner: number;
  readonly user: number;
  /** The error of the file system: `EACCES`, `EROFS`... */
  readonly code: string;
}

/** What is told of a file or folder of the data folder that the platform may not use, with what to do. */
export function accessWords({ path, owner, user, code }: Access, folder: string): string {
  if (code === "EROFS") {
    const mend = "Mount it for writing, or name another folder with --data.";
    return `${path} is on a file system that is mounted read-only. ${mend}`;
  }
  if (owner === user) return `${path} may not be read and written by its owner. Run: chmod -R u+rwX ${folder}`;
  const refused = `${path} belongs to user ${owner} and may not be read and written by user ${user}, who starts`;
  return `${refused} Estiva. Start it as user ${owner}, or run: sudo chown -R ${user} ${folder}`;
}

/** What is the platform's at the top of the folder. Beside it there may be what is not: `lost+found`, a note. */
const files = ["identity.json", "credentials.json", "metrics-token", "platform.json", "store.db", "store.db-wal"];
const folders = ["logs", "metrics", "trail", "registry", "agent", "scans"];

/**
 * Throws a `DriverError` for the first file or folder of the platform's, in the upper two levels of the data folder,
 * that this process may not read and write: its parts would fail later, one by one. What is deeper may be very much.
 */
export function checkDataAccess(folder: string, access: typeof accessSync = accessSync): void {
  const check = (path: string) => checkAccess(path, folder, access);
  for (const path of [folder, ...[...files, ...folders].map((name) => join(folder, name))]) check(path);
  for (const part of folders.map((name) => join(folder, name)).filter((path) => existsSync(path))) {
    for (const name of readdirSync(part)) check(join(part, name));
  }
}

function checkAccess(path: string, folder: string, access: typeof accessSync): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // Sockets are no data.
  if (found === undefined || !(found.isDirectory() || found.isFile())) return;
  const search = found.isDirectory() ? constants.X_OK : 0;
  try {
    access(path, constants.R_OK | constants.W_OK | search);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return; // of a platform that ends just now
    const user = process.geteuid?.() ?? found.uid;
    throw new DriverError("Failed", accessWords({ path, owner: found.uid, user, code }, folder), { cause });
  }
}

/** Why this can be no folder although something is there, or undefined. */
export function whyNoFolder(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const meant = statSync(path, { throwIfNoEntry: false });
  if (meant === undefined) return "it is a link to something that is not there";
  return meant.isDirectory() ? undefined : "it is a file";
}

/**
 * What to do where the file system refused the platform's work, or undefined: for files that `checkDataAccess` does not
 * look at.
 */
export function accessMend(code: string | undefined, folder: string): string | undefined {
  if (code === "EROFS") return "Mount the file system for writing, or name another folder with --data.";
  if (code !== "EACCES" && code !== "EPERM") return undefined;
  return `Start Estiva as the user to whom the file belongs, or run: sudo chown -R ${process.geteuid?.()} ${folder}`;
}
