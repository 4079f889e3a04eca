import { DriverError } from "#kernel/fault.ts";

/** An IPv4 range: the first address as a number, and how many leading bits are fixed. */
export interface Range {
  readonly base: number;
  readonly prefixLength: number;
}

/**
 * The address as an unsigned number, or undefined when the text is none. Leading zeros are refused: elsewhere they are
 * read as octal.
 */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** The range, its host bits cleared, or undefined when the text is none. */
export function parseCidr(text: string): Range | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address = match ? parseIpv4(match[1]!) : undefined;
  const prefixLength = Number(match?.[2]);
  if (address === undefined || prefixLength > 32) return undefined;
  return { base: (address & maskOf(prefixLength)) >>> 0, prefixLength };
}

export function formatCidr(range: Range): string {
  return `${formatIpv4(range.base)}/${range.prefixLength}`;
}

/** How many addresses the range has. */
export function sizeOf(range: Range): number {
  return 2 ** (32 - range.prefixLength);
}

export function inRange(range: Range, address: number): boolean {
  return (address & maskOf(range.prefixLength)) >>> 0 === range.base;
}

export function covers(outer: Range, inner: Range): boolean {
  return outer.prefixLength <= inner.prefixLength && inRange(outer, inner.base);
}

/** Ranges of prefixes either nest or are apart. */
export function overlaps(a: Range, b: Range): boolean {
  return covers(a, b) || covers(b, a);
}

/** The ranges without those that another one covers, in order: what an nft set of intervals takes. */
export function withoutCovered(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a.base - b.base || a.prefixLength - b.prefixLength);
  const kept: Range[] = [];
  for (const range of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !covers(last, range)) kept.push(range);
  }
  return kept;
}

/** The address `offset` above the range's first one. Throws `DriverError` (`InvalidSpec`) when the text is no range. */
export function addressAt(cidr: string, offset: number): string {
  return formatIpv4(range(cidr).base + offset);
}

/** The last address of the range. */
export function lastAddress(cidr: string): string {
  const { base, prefixLength } = range(cidr);
  return formatIpv4(base + 2 ** (32 - prefixLength) - 1);
}

/** The range, or a `DriverError` (`InvalidSpec`). */
export function range(cidr: string): Range {
  const parsed = parseCidr(cidr);
  if (parsed === undefined) throw new DriverError("InvalidSpec", `"${cidr}" is no IPv4 range`);
  return parsed;
}

function maskOf(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
}
