import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DriverError } from "#kernel/fault.ts";
import { characters, hex, type Random, shuffled } from "#kernel/random.ts";
import { checkDataAccess, whyNoFolder } from "./data-access.ts";

/** The root's access key. */
export interface RootCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the other commands read to find the platform. */
export interface PlatformFile {
  readonly endpoint: string;
  readonly pid: number;
  readonly version: string;
  readonly account: string;
}

/** The files of the folder beside the store and the logs: `credentials.json`, `identity.json`, `metrics-token`... */
export interface DataFolder {
  readonly path: string;
  /** Names all that this platform makes on the host; made once. Eight hexadecimal digits. */
  readonly platformId: string;
  /** The host's address for its tasks: link-local, and no other platform's on this host. Chosen once. */
  readonly serviceAddress: string;
  readonly root: RootCredentials;
  /** What those bear who read metrics from other machines. */
  readonly metricsToken: string;
  announce(file: PlatformFile): void;
  withdraw(): void;
}

/** Makes the folder and those above it, readable by their owner only. Throws a `DriverError`. */
export function makeDataFolder(path: string): void {
  const refused = (why: string, cause?: unknown) =>
    new DriverError("Failed", `The folder ${path} cannot be made: ${why}. Name another one with --data.`, { cause });
  let inTheWay: string | undefined;
  try {
    inTheWay = whyNoFolder(resolve(path));
    if (inTheWay === undefined) makeFolders(resolve(path));
  } catch (error) {
    throw refused((error as Error).message, error);
  }
  if (inTheWay !== undefined) throw refused(inTheWay);
  checkDataAccess(path);
}

/** Not by the recursive way of `mkdirSync`, which does not end where the file system takes no folders (`/proc`). */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(path)) throw error; // else another start has just made it
  }
}

/** Opens the folder, making what is missing, readable by its owner only. Throws a `DriverError` for broken files. */
export function openDataFolder(path: string, env: NodeJS.ProcessEnv, random: Random): DataFolder {
  makeDataFolder(path);
  const makeIdentity = () => ({
    platformId: hex(random, 8),
    serviceAddress: freeServiceAddress(addressesOfHost(), random),
  });
  const identity = readOrMake(join(path, "identity.json"), makeIdentity, identityForm);
  return {
    path,
    platformId: identity.platformId,
    serviceAddress: env.ESTIVA_SERVICE_ADDRESS || identity.serviceAddress,
    root: rootCredentials(path, env, random),
    metricsToken: readOrMake(join(path, "metrics-token"), () => hex(random, 48), tokenForm),
    announce: (file) => writeFile(join(path, "platform.json"), json.write(file)),
    withdraw: () => rmSync(join(path, "platform.json"), { force: true }),
  };
}

/**
 * One of 169.254.172.1 to 169.254.172.254 that no interface has. Not the first: platforms that are set up at the same
 * time do not see each other's yet.
 */
export function freeServiceAddress(taken: ReadonlySet<string>, random: Random): string {
  const all = shuffled(
    random,
    Array.from({ length: 254 }, (_, i) => `169.254.172.${i + 1}`),
  );
  return all.find((address) => !taken.has(address)) ?? all[0]!;
}

function addressesOfHost(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
}

function rootCredentials(path: string, env: NodeJS.ProcessEnv, random: Random): RootCredentials {
  const { ESTIVA_ROOT_ACCESS_KEY_ID: accessKeyId, ESTIVA_ROOT_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId !== !secretAccessKey) {
    const message = "Set both ESTIVA_ROOT_ACCESS_KEY_ID and ESTIVA_ROOT_SECRET_ACCESS_KEY, or neither.";
    throw new DriverError("InvalidSpec", message);
  }
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  return readOrMake(join(path, "credentials.json"), () => newCredentials(random), credentialsForm);
}

/** In the form of AWS's: the SDKs of some languages check it. */
function newCredentials(random: Random): RootCredentials {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return {
    accessKeyId: `AKIA${characters(random, 16, `${letters}234567`)}`,
    secretAccessKey: characters(random, 40, `${letters}${letters.toLowerCase()}0123456789+/`),
  };
}

interface FileForm<T> {
  parse(text: string): T;
  write(value: T): string;
  isWhole(value: T): boolean;
  /** What to do about one that is broken. */
  readonly mend: string;
}
const json = { parse: JSON.parse, write: (value: unknown) => JSON.stringify(value, undefined, 2) };
const isWord = (value: unknown) => typeof value === "string" && /^\S+$/.test(value);
const identityForm: FileForm<Pick<DataFolder, "platformId" | "serviceAddress">> = {
  ...json,
  isWhole: (value) => isWord(value?.platformId) && isWord(value.serviceAddress),
  mend: "Put it back from a backup: it names all that this platform has made on the machine.",
};
const credentialsForm: FileForm<RootCredentials> = {
  ...json,
  isWhole: (value) => isWord(value?.accessKeyId) && isWord(value.secretAccessKey),
  mend: "Put it back from a backup, or remove it: the root is given a new access key then.",
};
const tokenForm: FileForm<string> = {
  parse: (text) => text.trim(),
  write: (value) => value,
  isWhole: isWord,
  mend: "Put it back from a backup, or remove it: a new token is made then.",
};

function readOrMake<T>(path: string, make: () => T, form: FileForm<T>): T {
  const refused = (why: string, cause?: unknown) =>
    new DriverError("Failed", `${path} cannot be read: ${why}. ${form.mend}`, { cause });
  let value: T | undefined;
  try {
    value = form.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw refused((error as Error).message, error);
  }
  if (value === undefined) {
    value = make();
    writeFile(path, form.write(value));
  }
  if (!form.isWhole(value)) throw refused("it is not whole");
  return value;
}

/** Whole or not at all: a reader never sees half of it. */
function writeFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${text}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}
