import assert from "node:assert/strict";
import { test } from "node:test";
import { demultiplex, type Frame, terminalLines } from "./frames.ts";

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function collect(frames: AsyncIterable<Frame[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of frames) for (const { stream, data } of batch) texts.push(`${stream}:${data}`);
  return texts;
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("frames are whole wherever the chunks end", async () => {
  const bytes = Buffer.concat([frame(1, "one\n"), frame(2, ""), frame(2, "two\n"), frame(1, "x".repeat(300))]);
  for (const size of [1, 3, 7, 8, 9, 64, 10_000]) {
    const expected = ["stdout:one\n", "stderr:", "stderr:two\n", `stdout:${"x".repeat(300)}`];
    assert.deepEqual(await collect(demultiplex(inChunks(bytes, size))), expected, `chunks of ${size}`);
  }
});

test("a terminal's output comes line by line", async () => {
  for (const size of [1, 4, 100]) {
    const lines = await collect(terminalLines(inChunks(Buffer.from("a\r\n\nbc\nrest"), size)));
    assert.deepEqual(lines, ["stdout:a\r\n", "stdout:\n", "stdout:bc\n", "stdout:rest"]);
  }
});
