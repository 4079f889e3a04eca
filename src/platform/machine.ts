import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, exitCodes } from "#cli/command.ts";
import type { Machine } from "#cli/commands/machine.ts";
import { busyboxImage } from "#host/runtime/busybox-image.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { exportImage } from "#host/runtime/docker/export-image.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { startInBackground } from "./background.ts";
import { buildImage } from "./build-image.ts";
import { makeDataFolder } from "./data-folder.ts";
import { examine } from "./doctor.ts";
import { requireEngine, type SetUp, setUpMachine } from "./setup.ts";

const demoImage = "estiva/demo:1";
const startSeconds = 60;
const lookAgainMs = 20;

/** This machine, as the commands see it. */
export function createMachine(env: NodeJS.ProcessEnv): Machine {
  const clock = systemClock({ keepAlive: true });
  return {
    async setUp(options, tell) {
      const done: SetUp = await setUpMachine({ ...options, env, clock, tell }).catch(tellUnavailable);
      return done;
    },
    requireEngine: () => requireEngine(env, clock).catch(tellUnavailable),
    async makeDemoImage() {
      const driver = createDockerDriver({ owner: "estiva-demo", clock, log: () => {}, ...socketOf(env) });
      try {
        await driver.importImage(await busyboxImage({ reference: demoImage }));
        return demoImage;
      } finally {
        await driver.close();
      }
    },
    async startPlatform(dataDir) {
      await Promise.resolve(dataDir).then(makeDataFolder).catch(tellUnavailable);
      const logPath = join(dataDir, "platform.log");
      const log = openSync(logPath, "a", 0o600);
      const program = [...process.execArgv, process.argv[1]!, "up", "--no-install", "--data", dataDir];
      const child = spawn(process.execPath, program, { detached: true, stdio: ["ignore", "pipe", log], env });
      const endpoint = await ready(child, logPath);
      return {
        endpoint,
        detach() {
          child.stdout?.destroy();
          child.unref();
        },
        async stop() {
          if (hasEnded(child)) return;
          // As `estiva down`: nothing of it stays on the machine.
          child.kill("SIGUSR2");
          await once(child, "exit");
        },
      };
    },
    exportImage: (reference, signal) =>
      exportImage(reference, env, signal, clock).catch((error: unknown) => {
        if (!(error instanceof DriverError)) throw error;
        const missing = error.reason === "NotFound";
        const message = missing ? `${error.message}. Look with: docker images` : error.message;
        throw new CommandError(message, missing ? exitCodes.failure : exitCodes.unavailable);
      }),
    buildImage: (words, tell, signal) => buildImage(words, tell, { env, signal }),
    startInBackground,
    examine: (dataDir) => examine(dataDir, env, clock).catch(tellUnavailable),
  };

  async function ready(child: ChildProcess, logPath: string): Promise<string> {
    let output = "";
    child.stdout!.on("data", (data: Buffer) => {
      output += data;
    });
    for (const until = clock.now() + startSeconds * 1000; clock.now() < until && !hasEnded(child); ) {
      const endpoint = /ready at (\S+)/.exec(output)?.[1];
      if (endpoint) return endpoint;
      await sleep(clock, lookAgainMs);
    }
    child.kill("SIGTERM");
    const lines = readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-10).join("\n");
    throw new CommandError(`The platform did not start:\n${lines}`, exitCodes.unavailable);
  }
}

/** By itself or by a signal. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function tellUnavailable(error: unknown): never {
  throw error instanceof DriverError ? new CommandError(error.message, exitCodes.unavailable) : error;
}

function socketOf(env: NodeJS.ProcessEnv): { socket?: string } {
  return env.DOCKER_HOST ? { socket: env.DOCKER_HOST } : {};
}
