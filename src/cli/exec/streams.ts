import type { Readable, Writable } from "node:stream";

/** The process's own streams, for a command that is a terminal to something else. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown; unref?(): unknown };
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly errors: Writable;
}

/** Resolves when there is room for more. */
export function writeTo(stream: Writable, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    // A reader that goes away is for the program's main file to notice.
    if (stream.write(data)) resolve();
    else stream.once("drain", resolve);
  });
}
