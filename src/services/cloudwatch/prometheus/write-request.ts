import type { Label } from "./family.ts";

/** A series as Prometheus takes it by remote write. */
export interface WrittenSeries {
  /** Sorted by their names; `__name__` is among them. */
  readonly labels: readonly Label[];
  readonly samples: readonly { readonly value: number; readonly timeMs: number }[];
}

/**
 * The message `prometheus.WriteRequest` of "Prometheus Remote-Write 1.0" in the encoding of Protocol Buffers: fields of
 * a length (wire type 2), varints (0) and doubles (1).
 */
export function encodeWriteRequest(series: readonly WrittenSeries[]): Uint8Array {
  return Buffer.concat(series.map((each) => field(1, seriesMessage(each))));
}

function seriesMessage({ labels, samples }: WrittenSeries): Uint8Array {
  return Buffer.concat([
    ...labels.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...samples.map(({ value, timeMs }) => field(2, sampleMessage(value, timeMs))),
  ]);
}

function sampleMessage(value: number, timeMs: number): Uint8Array {
  const double = Buffer.alloc(9);
  double[0] = (1 << 3) | 1;
  double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.from([2 << 3, ...varint(timeMs)])]);
}

function field(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

/** Seven bits a byte, the lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
