import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isRegionName } from "#kernel/arn.ts";
import { CommandError, exitCodes, type Terminal } from "./command.ts";

const { usage } = exitCodes;
export const defaultPort = 4566;
const defaultRegion = "us-east-1";

/** What `estiva up` writes into its data folder (`platform.json`) so that the other commands find it. */
export interface PlatformFile {
  readonly endpoint: string;
  readonly pid: number;
  readonly version: string;
  readonly account: string;
}

/** The root's access key, in `credentials.json` of the data folder, mode 0600. */
export interface CredentialsFile {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How to reach the platform and as whom. */
export interface Connection extends CredentialsFile {
  readonly endpoint: string;
  readonly region: string;
  readonly sessionToken?: string;
}

/** The data folder: `--data`, else `ESTIVA_DATA`, else `estiva` in the user's data folder (XDG). An absolute path. */
export function dataFolder(env: Terminal["env"], given?: string): string {
  // A variable of a script that was never set: what it means is not the folder of another platform.
  if (given === "") throw new CommandError("--data takes a folder, not an empty name.", usage);
  const otherwise = join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "estiva");
  return resolve(given ?? (env.ESTIVA_DATA || otherwise));
}

/**
 * The connection from the environment where it is set (as `estiva env` prints it, so that any account and role can be
 * used), else from the data folder of the platform on this machine.
 */
export function findConnection(env: Terminal["env"], data?: string): Connection {
  const folder = dataFolder(env, data);
  const platform = readJson<PlatformFile>(join(folder, "platform.json"));
  const endpoint = env.AWS_ENDPOINT_URL || platform?.endpoint;
  if (endpoint === undefined) {
    throw new CommandError(
      `No platform is known: ${join(folder, "platform.json")} does not exist and AWS_ENDPOINT_URL is not set.\n` +
        "Start one with: estiva up",
      exitCodes.unavailable,
    );
  }
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) {
    throw new CommandError(`AWS_ENDPOINT_URL takes an address such as http://127.0.0.1:4566, not ${endpoint}.`, usage);
  }
  return { endpoint, region: regionOf(env), ...credentials(env, folder) };
}

/** Of the commands, and of unsigned calls. Any name that could be a region's is one. */
export function regionOf(env: Terminal["env"]): string {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || env.ESTIVA_REGION || defaultRegion;
  if (isRegionName(region)) return region;
  throw new CommandError(`"${region}" is no name of a region: letters, digits and hyphens.`, usage);
}

function credentials(env: Terminal["env"], folder: string): CredentialsFile & { sessionToken?: string } {
  if (env.AWS_ENDPOINT_URL && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
    };
  }
  if (env.ESTIVA_ROOT_ACCESS_KEY_ID && env.ESTIVA_ROOT_SECRET_ACCESS_KEY) {
    return { accessKeyId: env.ESTIVA_ROOT_ACCESS_KEY_ID, secretAccessKey: env.ESTIVA_ROOT_SECRET_ACCESS_KEY };
  }
  const file = readJson<CredentialsFile>(join(folder, "credentials.json"));
  if (file) return file;
  throw new CommandError(
    `No credentials: ${join(folder, "credentials.json")} cannot be read. Run the command as the user who started the ` +
      "platform, or name its folder with ESTIVA_DATA.",
    exitCodes.unavailable,
  );
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "EACCES") return undefined;
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
