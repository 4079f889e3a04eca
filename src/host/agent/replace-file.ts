import { rename, writeFile } from "node:fs/promises";

/** Writes a file for its owner only. Whoever reads it sees the old or the new one, after a crash of the process too. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
