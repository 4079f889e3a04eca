/** DER, the encoding of ASN.1 that certificates are written in (ITU-T X.690): as much as X.509 needs of it. */

/** A value with its tag and length. */
export type Der = Uint8Array;

export function sequence(...items: readonly Der[]): Der {
  return tagged(0x30, concat(items));
}

export function set(...items: readonly Der[]): Der {
  return tagged(0x31, concat(items));
}

/** A whole number that is not negative, from its bytes, the most significant first. */
export function integer(bytes: Uint8Array): Der {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const body = bytes.subarray(start);
  return tagged(0x02, body[0]! >= 0x80 ? concat([Uint8Array.of(0), body]) : body);
}

export function smallInteger(value: number): Der {
  return integer(Uint8Array.of(value));
}

export function boolean(value: boolean): Der {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function octets(bytes: Uint8Array): Der {
  return tagged(0x04, bytes);
}

/** Bits, of which the last byte leaves `unused` out. */
export function bits(bytes: Uint8Array, unused = 0): Der {
  return tagged(0x03, concat([Uint8Array.of(unused), bytes]));
}

/** `1.2.840.10045.4.3.2` */
export function objectId(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

export function nothing(): Der {
  return tagged(0x05, new Uint8Array());
}

export function utf8(text: string): Der {
  return tagged(0x0c, Buffer.from(text, "utf8"));
}

/** UTCTime until 2049, GeneralizedTime after it (RFC 5280, 4.1.2.5); whole seconds. */
export function time(milliseconds: number): Der {
  const digits = new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:T]/g, "");
  const isLate = Number(digits.slice(0, 4)) >= 2050;
  return tagged(isLate ? 0x18 : 0x17, Buffer.from(`${isLate ? digits : digits.slice(2)}Z`, "ascii"));
}

/** A value with a context-specific tag: constructed around another, or primitive with bytes. */
export function context(tag: number, body: Uint8Array, form: "constructed" | "primitive"): Der {
  return tagged((form === "constructed" ? 0xa0 : 0x80) | tag, body);
}

function tagged(tag: number, body: Uint8Array): Der {
  return concat([Uint8Array.of(tag, ...lengthOf(body.length)), body]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
