import type { IncomingMessage } from "node:http";
import type { Clock } from "#kernel/clock.ts";
import { registryFault } from "#kernel/registry.ts";

/** A client that sends or takes less than this in a window, while nothing else is waited for, is dropped. */
const paceWindowSeconds = 60;
const paceWindowBytes = 4096;

/** Bounds what all requests at once hold in memory. */
export class TransferLimits {
  readonly #maxUploads: number;
  readonly #maxHeldBytes: number;
  #uploads = 0;
  #heldBytes = 0;

  constructor(options: { readonly maxUploads: number; readonly maxHeldBytes: number }) {
    this.#maxUploads = options.maxUploads;
    this.#maxHeldBytes = options.maxHeldBytes;
  }

  /** Runs a transfer into the blob store, which holds half a megabyte. Throws `TOOMANYREQUESTS`. */
  async upload<T>(work: () => Promise<T>): Promise<T> {
    if (this.#uploads >= this.#maxUploads)
      throw registryFault("TOOMANYREQUESTS", "too many uploads at once; try again");
    this.#uploads++;
    try {
      return await work();
    } finally {
      this.#uploads--;
    }
  }

  /**
   * Reads a body that has to be seen as a whole, for `use`. Throws what `tooLarge` makes when it has more than
   * `limitBytes`, and `TOOMANYREQUESTS`.
   */
  async whole<T>(
    content: AsyncIterable<Uint8Array>,
    limit: { readonly bytes: number; readonly fault: () => Error },
    use: (body: Buffer) => Promise<T>,
  ): Promise<T> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of content) {
        bytes += piece.length;
        this.#heldBytes += piece.length;
        if (bytes > limit.bytes) throw limit.fault();
        if (this.#heldBytes > this.#maxHeldBytes) throw registryFault("TOOMANYREQUESTS", "too much at once; try again");
        pieces.push(piece);
      }
      return await use(Buffer.concat(pieces));
    } finally {
      this.#heldBytes -= bytes;
    }
  }
}

/** The body of a request as it comes. Fails when the client sends next to nothing for a minute. */
export async function* bodyOf(request: IncomingMessage, clock: Clock): AsyncGenerator<Uint8Array> {
  let windowBytes = 0;
  let waiting = true;
  const check = () => {
    if (waiting && windowBytes < paceWindowBytes) request.destroy(new Error("the client sends too slowly"));
    windowBytes = 0;
    timer = clock.after(paceWindowSeconds * 1000, check);
  };
  let timer = clock.after(paceWindowSeconds * 1000, check);
  try {
    // Whoever stops reading still wants to answer over the connection.
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      windowBytes += (piece as Buffer).length;
      waiting = false;
      yield piece as Buffer;
      waiting = true;
    }
    if (!request.complete) throw new Error("the request broke off");
  } finally {
    timer.cancel();
  }
}

/** Drops the client when it takes next to nothing of an answer for a minute. Returns what ends the watch. */
export function watchReader(
  response: { readonly writableLength: number; destroy(error: Error): unknown },
  socket: { readonly bytesWritten: number },
  clock: Clock,
): () => void {
  let before = socket.bytesWritten;
  const check = () => {
    const slow = response.writableLength > 0 && socket.bytesWritten - before < paceWindowBytes;
    before = socket.bytesWritten;
    if (slow) response.destroy(new Error("the client reads too slowly"));
    else timer = clock.after(paceWindowSeconds * 1000, check);
  };
  let timer = clock.after(paceWindowSeconds * 1000, check);
  return () => timer.cancel();
}
