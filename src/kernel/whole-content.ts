/** Content that comes in pieces, as one. Throws what `tooMuch` makes when it has more than `mostBytes`. */
export async function wholeContent(
  content: AsyncIterable<Uint8Array>,
  mostBytes: number,
  tooMuch: () => Error,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > mostBytes) throw tooMuch();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
