import { access, type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, CommandError, exitCodes, type Terminal } from "../command.ts";
import { leftUnanswered, withLeavingClient } from "./connect.ts";
import { dataOption } from "./options.ts";

export const backupCommand: Command = {
  name: "backup",
  usage: "backup [--data DIR] FILE",
  summary: "Write the platform's data folder into a tar archive, while the platform runs.",
  options: dataOption,
  examples: ['estiva backup "estiva-$(date +%F).tar"', "estiva backup /dev/stdout | ssh nas 'cat > estiva.tar'"],
  positionals: [1, 1],
  run: (args, terminal) =>
    withLeavingClient(args, terminal, leftUnanswered, async (client) => {
      const [file] = args.positionals as [string];
      const isFile = await willBeFile(file);
      const archive = await client.open("backup", {});
      try {
        const bytes = await (isFile
          ? writeWhole(file, archive, terminal)
          : writeTo(await open(file, "w"), archive, terminal));
        terminal.err(`${file}: ${(bytes / 1e6).toFixed(1)} MB. It has the root's access key. ${apart}\n`);
      } catch (error) {
        throw terminal.signal.aborted ? new CommandError("Interrupted.", exitCodes.interrupted) : broken(file, error);
      }
      return exitCodes.ok;
    }),
};

const apart = "The master key, without which no secret in it can be read, is not in it: keep that, too, and elsewhere.";

/** False of what takes bytes and is no file: a pipe. Throws where a file is there, which may be the last backup. */
async function willBeFile(file: string): Promise<boolean> {
  const there = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw broken(file, error);
  });
  if (there?.isFile()) throw new CommandError(`${file} exists, and is left as it is. Name a new file.`);
  if (there?.isDirectory()) throw new CommandError(`${file} is a folder. Name a file in it.`, exitCodes.usage);
  // Before the platform has done anything for it.
  if (there === undefined) await access(dirname(file)).catch((error: unknown) => Promise.reject(broken(file, error)));
  return there === undefined;
}

/** Under its name the file is whole, and durable: a backup that breaks off leaves nothing. */
async function writeWhole(file: string, archive: Readable, terminal: Terminal): Promise<number> {
  const part = `${file}.part`;
  try {
    await rm(part, { force: true });
    const bytes = await writeTo(await open(part, "wx", 0o600), archive, terminal);
    await rename(part, file);
    const folder = await open(dirname(file), "r");
    await folder.sync().finally(() => folder.close());
    return bytes;
  } finally {
    archive.destroy();
    await rm(part, { force: true });
  }
}

async function writeTo(handle: FileHandle, archive: Readable, { signal }: Terminal): Promise<number> {
  const out = handle.createWriteStream({ flush: (await handle.stat()).isFile() });
  await pipeline(archive, out, { signal });
  return out.bytesWritten;
}

/** What is told of a disk or of a connection that fails. */
function broken(file: string, error: unknown): unknown {
  const { syscall, code, message } = error as NodeJS.ErrnoException;
  if (error instanceof CommandError || code === undefined) return error;
  if (syscall !== undefined && syscall !== "read") return new CommandError(`${file} cannot be written: ${message}.`);
  return new CommandError(`The platform broke off (${code}); no backup was made.`, exitCodes.unavailable);
}
