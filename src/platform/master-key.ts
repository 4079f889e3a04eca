import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DriverError } from "#kernel/fault.ts";
import { hex, type Random } from "#kernel/random.ts";
import { masterKeyBytes } from "#kernel/secret-box.ts";
import { makeFolders } from "./data-folder.ts";

/**
 * The key under which secrets are encrypted at rest and session tokens are sealed: `ESTIVA_MASTER_KEY` (base64), else
 * the file `ESTIVA_MASTER_KEY_FILE`, else a file made at the first start in the user's configuration folder: outside of
 * the data folder, so that a backup of the one is not readable without the other. Throws a `DriverError` that names
 * what to do.
 */
export function readMasterKey(platformId: string, env: NodeJS.ProcessEnv, random: Random): Uint8Array {
  if (env.ESTIVA_MASTER_KEY) return decode(env.ESTIVA_MASTER_KEY, "ESTIVA_MASTER_KEY");
  if (env.ESTIVA_MASTER_KEY_FILE) return decode(read(env.ESTIVA_MASTER_KEY_FILE), env.ESTIVA_MASTER_KEY_FILE);
  const path = join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "estiva", `${platformId}.key`);
  make(path, Buffer.from(random.bytes(masterKeyBytes)).toString("base64"), random);
  return decode(read(path), path);
}

function decode(text: string, source: string): Uint8Array {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === masterKeyBytes) return key;
  throw new DriverError(
    "InvalidSpec",
    `${source} does not hold a master key: ${masterKeyBytes} bytes in base64 (make one: openssl rand -base64 32).`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DriverError("NotFound", `The master key ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

function make(path: string, text: string, random: Random): void {
  if (existsSync(path)) return;
  try {
    write(path, text, random);
  } catch (cause) {
    const mend = "Give one by ESTIVA_MASTER_KEY or ESTIVA_MASTER_KEY_FILE, or another folder by XDG_CONFIG_HOME.";
    const message = `The master key ${path} cannot be written: ${(cause as Error).message}. ${mend}`;
    throw new DriverError("Failed", message, { cause });
  }
}

/** Writes the file unless it is there. It appears whole, so that two starts at once agree on one key. */
function write(path: string, text: string, random: Random): void {
  makeFolders(resolve(dirname(path)));
  const temporary = `${path}.${hex(random, 8)}`;
  writeFileSync(temporary, `${text}\n`, { mode: 0o600, flush: true, flag: "wx" });
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary);
  }
}
