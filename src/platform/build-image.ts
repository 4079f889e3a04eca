import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CommandError, exitCodes } from "#cli/command.ts";

const programs = ["docker", "podman"];

/** `docker build` with these words, or `podman build` where there is no docker command. */
export async function buildImage(
  words: readonly string[],
  tell: (line: string) => void,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<void> {
  for (const program of programs) {
    const child = spawn(program, ["build", ...words], { env, signal, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", tell);
    try {
      const [code] = (await once(child, "close")) as [number | null];
      if (code === 0) return;
      throw new CommandError(`${program} build failed with ${code ?? "a signal"}, see above.`);
    } catch (error) {
      if (signal.aborted) throw new CommandError("Interrupted.", exitCodes.interrupted);
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  const missing = "Images are built with the docker or the podman command, and there is neither. Install one.";
  throw new CommandError(missing, exitCodes.unavailable);
}
