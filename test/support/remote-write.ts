import assert from "node:assert/strict";

/** A series as a receiver of remote write reads it. */
export interface ReceivedSeries {
  readonly labels: readonly (readonly [string, string])[];
  readonly samples: readonly { readonly value: number; readonly timeMs: number }[];
}

/** Reads Snappy's block format, with all its kinds of copies. */
export function decompressSnappy(input: Uint8Array): Uint8Array {
  const [length, start] = readVarint(input, 0);
  const out = new Uint8Array(length);
  let [at, to] = [start, 0];
  while (at < input.length) {
    const tag = input[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const bytes = size - 59;
        size = 0;
        for (let i = 0; i < bytes; i++) size += input[at + i]! * 2 ** (8 * i);
        at += bytes;
      }
      size++;
      out.set(input.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    let distance = kind === 1 ? ((tag >> 5) << 8) | input[at]! : input[at]! | (input[at + 1]! << 8);
    if (kind === 3) distance += input[at + 2]! * 2 ** 16 + input[at + 3]! * 2 ** 24;
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
    assert.ok(distance > 0 && distance <= to, `a copy from ${distance} before ${to}`);
    for (let i = 0; i < size; i++, to++) out[to] = out[to - distance]!;
  }
  assert.equal(to, length, "the length that was told");
  return out;
}

/** Reads `prometheus.WriteRequest`. */
export function decodeWriteRequest(message: Uint8Array): ReceivedSeries[] {
  return fieldsOf(message).map(([number, series]) => {
    assert.equal(number, 1);
    const fields = fieldsOf(series as Uint8Array);
    const parts = (wanted: number) => fields.flatMap(([each, value]) => (each === wanted ? [value as Uint8Array] : []));
    return {
      labels: parts(1).map((label) => {
        const [name, value] = fieldsOf(label).map(([, text]) => Buffer.from(text as Uint8Array).toString());
        return [name!, value!] as const;
      }),
      samples: parts(2).map((sample) => {
        const [value, timeMs] = fieldsOf(sample).map(([, number]) => number as number);
        return { value: value!, timeMs: timeMs! };
      }),
    };
  });
}

function fieldsOf(message: Uint8Array): [number: number, value: number | Uint8Array][] {
  const fields: [number, number | Uint8Array][] = [];
  for (let at = 0; at < message.length; ) {
    const [tag, behind] = readVarint(message, at);
    const [number, type] = [tag >> 3, tag & 7];
    if (type === 1) {
      fields.push([number, Buffer.from(message).readDoubleLE(behind)]);
      at = behind + 8;
      continue;
    }
    const [value, next] = readVarint(message, behind);
    if (type === 0) fields.push([number, value]);
    else fields.push([number, message.subarray(next, next + value)]);
    at = type === 0 ? next : next + value;
  }
  return fields;
}

function readVarint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let [value, at, factor] = [0, from, 1];
  for (; bytes[at]! >= 0x80; at++, factor *= 0x80) value += (bytes[at]! & 0x7f) * factor;
  return [value + bytes[at]! * factor, at + 1];
}
