/** Readers of the values of conditions. Each gives undefined for a text that is no such value. */

export function numberOf(text: string): number | undefined {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Milliseconds since the epoch, of a date in ISO 8601 (W3C) or a number of seconds since the epoch. */
export function dateOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^-?\d{4}/.test(text)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

export function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

/** The bytes of a text in base 64, as text that is the same for the same bytes. */
export function binaryOf(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, "base64").toString("base64");
}

/** A range of addresses: those whose first `bits` bits are those of `bytes`. */
export interface AddressRange {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. */
export function addressRangeOf(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const bytes = addressOf(slash === -1 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  if (slash === -1) return { bytes, bits: bytes.length * 8 };
  const bits = text.slice(slash + 1);
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bytes.length * 8 ? { bytes, bits: Number(bits) } : undefined;
}

/** The 4 or 16 bytes of an address. An IPv4 address in IPv6's clothes (`::ffff:192.0.2.1`) is taken as what it is. */
export function addressOf(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return ipv4Of(text);
  const bytes = ipv6Of(text);
  const isMapped = bytes?.subarray(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 0xff));
  return isMapped ? bytes!.subarray(12) : bytes;
}

export function isInRange(address: Uint8Array, { bytes, bits }: AddressRange): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const rest = bits & 7;
  return rest === 0 || address[whole]! >> (8 - rest) === bytes[whole]! >> (8 - rest);
}

function ipv4Of(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : undefined;
}

function ipv6Of(text: string): Uint8Array | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = tail === null ? undefined : ipv4Of(tail[2]!);
  if (tail !== null && last === undefined) return undefined;
  const hex = (a: number, b: number) => ((a << 8) | b).toString(16);
  const plain = last === undefined ? text : `${tail![1]}${hex(last[0]!, last[1]!)}:${hex(last[2]!, last[3]!)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return undefined;
  const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = [...head!, ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (rest === undefined ? groups.length !== 8 : groups.length > 7) return undefined;
  const all = rest === undefined ? groups : [...head!, ...Array(8 - groups.length).fill("0"), ...rest];
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
