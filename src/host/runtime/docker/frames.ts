/** A piece of a container's output as the engine sends it. */
export interface Frame {
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}

const headerBytes = 8;

/**
 * Takes the engine's multiplexed stream apart: each frame has a header of the stream's number (0 and 1: stdout,
 * 2: stderr), three zero bytes and the length. Chunks may end anywhere. Frames of one chunk come together.
 */
export async function* demultiplex(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const frames: Frame[] = [];
    let at = 0;
    while (data.length - at >= headerBytes) {
      const end = at + headerBytes + data.readUInt32BE(at + 4);
      if (end > data.length) break;
      frames.push({ stream: data[at] === 2 ? "stderr" : "stdout", data: data.subarray(at + headerBytes, end) });
      at = end;
    }
    rest = data.subarray(at);
    if (frames.length > 0) yield frames;
  }
}

/** The lines of a stream that is not framed: that of a terminal. Each ends with its newline, but for the last. */
export async function* terminalLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const frames: Frame[] = [];
    let at = 0;
    for (let end = data.indexOf(10, at); end >= 0; end = data.indexOf(10, at)) {
      frames.push({ stream: "stdout", data: data.subarray(at, end + 1) });
      at = end + 1;
    }
    rest = data.subarray(at);
    if (frames.length > 0) yield frames;
  }
  if (rest.length > 0) yield [{ stream: "stdout", data: rest }];
}
