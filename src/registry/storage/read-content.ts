import type { FileHandle } from "node:fs/promises";
import { attempt } from "./attempt.ts";
import type { BufferPool } from "./buffer-pool.ts";

/**
 * The bytes of a file from `start` to `end`, both included. While one piece is in use the next one is read, into the
 * other of two buffers: that is all that a reader holds, whatever the size of the blob. Closes the file at the end.
 */
export async function* readContent(
  handle: FileHandle,
  pool: BufferPool,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let position = range?.start ?? 0;
  const end = range === undefined ? Number.POSITIVE_INFINITY : range.end + 1;
  const read = (buffer: Uint8Array) =>
    attempt(async () => {
      const wanted = Math.min(buffer.length, end - position);
      const { bytesRead } = wanted > 0 ? await handle.read(buffer, 0, wanted, position) : { bytesRead: 0 };
      position += bytesRead;
      return buffer.subarray(0, bytesRead);
    });
  const buffers: Buffer[] = [];
  const bufferOf = (turn: number) => {
    buffers[turn % 2] ??= pool.take();
    return buffers[turn % 2]!;
  };
  let next = read(bufferOf(0));
  try {
    for (let turn = 1; ; turn++) {
      const piece = await next;
      if (piece.length === 0) break;
      next = position < end ? read(bufferOf(turn)) : Promise.resolve(new Uint8Array(0));
      // Whoever goes on hears of the failure; whoever stops need not.
      next.catch(() => {});
      yield piece;
    }
    // A reader that stops earlier may still be sending what it has.
    pool.give(...buffers);
  } finally {
    await Promise.allSettled([next]);
    await handle.close();
  }
}
