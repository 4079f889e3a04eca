import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DriverError } from "#kernel/fault.ts";
import type { WritePosition } from "#services/cloudwatch/index.ts";

interface Content {
  /** Of the receiver's address, which may have a password in it. */
  readonly receiver: string;
  readonly sentUntil: number;
}

/** A file of the data folder that says how far remote write to this receiver has come, and nothing of another one. */
export function positionFile(dataDir: string, url: string): WritePosition {
  const path = join(dataDir, "remote-write.json");
  const receiver = createHash("sha256").update(url).digest("hex").slice(0, 16);
  return {
    async read() {
      try {
        const content = JSON.parse(await readFile(path, "utf8")) as Content;
        return content.receiver === receiver ? content.sentUntil : undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new DriverError("Failed", `${path} cannot be read: ${(error as Error).message}`, { cause: error });
      }
    },
    async write(sentUntil) {
      const content: Content = { receiver, sentUntil };
      // Whole or not at all. After a loss of power a minute may be sent twice, which receivers take.
      await writeFile(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}
