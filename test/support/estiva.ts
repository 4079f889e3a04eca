import { join } from "node:path";
import type { TestPlatform } from "./platform.ts";
import { TestProcess } from "./test-process.ts";

const root = join(import.meta.dirname, "../..");

/** How a command of `estiva` ended. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts a process of `estiva` with only the platform's data folder in its environment. */
export function startEstiva(
  platform: TestPlatform,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): TestProcess {
  const { PATH, HOME, DOCKER_HOST } = process.env;
  const program = ["--disable-warning=ExperimentalWarning", "src/estiva.ts", ...words];
  const own = {
    ...{ PATH, HOME, ESTIVA_DATA: platform.dataDir },
    ...(DOCKER_HOST && { DOCKER_HOST }),
    // Platforms of tests are given their root's key; without it the commands would read it from the data folder.
    ESTIVA_ROOT_ACCESS_KEY_ID: platform.env.AWS_ACCESS_KEY_ID,
    ESTIVA_ROOT_SECRET_ACCESS_KEY: platform.env.AWS_SECRET_ACCESS_KEY,
  };
  // As `estiva down`: a platform takes its tasks with it.
  return new TestProcess(process.execPath, program, { cwd: root, env: { ...own, ...env }, interruptedBy: "SIGUSR2" });
}

/** Runs a command of `estiva` to its end. */
export async function runEstiva(
  platform: TestPlatform,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const command = startEstiva(platform, words, env);
  const { code } = await command.ended();
  return { code, out: command.out, err: command.err };
}
