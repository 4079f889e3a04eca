import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestPlatform } from "./platform.ts";

const root = join(import.meta.dirname, "../..");

/** How a command of `estiva` ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Starts a process of `estiva` with only the platform's data folder in its environment. */
export function startEstiva(
  platform: TestPlatform,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const { PATH, HOME, DOCKER_HOST } = process.env;
  const program = ["--disable-warning=ExperimentalWarning", "src/estiva.ts", ...words];
  const own = {
    ...{ PATH, HOME, ESTIVA_DATA: platform.dataDir },
    ...(DOCKER_HOST && { DOCKER_HOST }),
    // Platforms of tests are given their root's key; without it the commands would read it from the data folder.
    ESTIVA_ROOT_ACCESS_KEY_ID: platform.env.AWS_ACCESS_KEY_ID,
    ESTIVA_ROOT_SECRET_ACCESS_KEY: platform.env.AWS_SECRET_ACCESS_KEY,
  };
  return spawn(process.execPath, program, { cwd: root, env: { ...own, ...env } });
}

/** Runs a command of `estiva` to its end. */
export async function runEstiva(
  platform: TestPlatform,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const child = startEstiva(platform, words, env);
  let [out, err] = ["", ""];
  child.stdout!.on("data", (data: Buffer) => (out += data));
  child.stderr!.on("data", (data: Buffer) => (err += data));
  const [code] = await once(child, "close");
  return { code, out, err };
}
