import { PatternError } from "./tokens.ts";

/** A range of addresses of one family: the first `bits` bits of `value` are those of all of them. */
export interface AddressRange {
  readonly value: bigint;
  readonly bits: number;
  readonly family: 4 | 6;
}

const lengths = { 4: 32, 6: 128 } as const;

/** An IPv4 or IPv6 address in its text form; undefined when it is none. */
export function parseAddress(text: string): AddressRange | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const value = ipv4(text);
    return value === undefined ? undefined : { value, bits: 32, family: 4 };
  }
  if (!/^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(text)) return undefined;
  const value = ipv6(text);
  return value === undefined ? undefined : { value, bits: 128, family: 6 };
}

/** Reads `10.0.0.0/24` or `2001:db8::/32`. Throws a `PatternError` for anything else. */
export function parseCidr(text: string): AddressRange {
  const parts = text.split("/");
  if (parts.length !== 2) throw new PatternError("Malformed CIDR, one '/' required");
  const [address, mask] = parts as [string, string];
  if (!/^[+-]?\d{1,9}$/.test(mask)) throw new PatternError("Malformed CIDR, mask bits must be an integer");
  const bits = Number(mask);
  if (bits < 0) throw new PatternError("Malformed CIDR, mask bits must not be negative");
  const base = parseAddress(address);
  if (base === undefined) throw new PatternError(`Nonstandard IP address: ${address}`);
  if (base.family === 4 && bits > 31) throw new PatternError("IPv4 mask bits must be < 32");
  if (bits > 127) throw new PatternError("IPv6 mask bits must be < 128");
  return { ...base, bits };
}

export function isInRange(address: AddressRange, range: AddressRange): boolean {
  if (address.family !== range.family) return false;
  const variable = BigInt(lengths[range.family] - range.bits);
  return address.value >> variable === range.value >> variable;
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const [left, right] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const missing = 8 - left!.length - right!.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left!, ...Array<string>(tail === undefined ? 0 : missing).fill("0"), ...right!];
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
